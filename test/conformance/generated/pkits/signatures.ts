import { badlySigned } from "./badly-signed.ts";
import type { PkitsSuite } from "./pkits-suite.ts";

/** PKITS 4.1, the tests about DSA apart. */
export function addSignatures(suite: PkitsSuite): void {
  const { anchor, good } = suite;
  suite.accepts("4.1.1", "accepts a sound path", good.endEntity());
  suite.refuses(
    "4.1.2",
    "signature-invalid",
    "refuses an authority whose certificate is badly signed",
    anchor.subordinate("Bad Signed CA", { raw: badlySigned }).endEntity(),
  );
  suite.refuses(
    "4.1.3",
    "signature-invalid",
    "refuses an end entity whose certificate is badly signed",
    good.endEntity({ raw: badlySigned }),
  );
}
