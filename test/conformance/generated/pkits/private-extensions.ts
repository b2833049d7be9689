import { privateExtension } from "./pkits-extensions.ts";
import type { PkitsSuite } from "./pkits-suite.ts";

/** PKITS 4.16 */
export function addPrivateExtensions(suite: PkitsSuite): void {
  const endWith = (options: { readonly critical: boolean }) =>
    suite.anchor.endEntity({ moreExtensions: [privateExtension(options)] });
  suite.accepts("4.16.1", "ignores an unknown extension", endWith({ critical: false }));
  suite.refuses(
    "4.16.2",
    "critical-extension-unsupported",
    "refuses an unknown critical extension",
    endWith({ critical: true }),
  );
}
