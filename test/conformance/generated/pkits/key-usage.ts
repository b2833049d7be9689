import { der, extensions } from "@mtls-shield/testkit";
import type { PkitsSuite } from "./pkits-suite.ts";

const { extension, extensionOids } = extensions;

/** PKITS 4.7 */
export function addKeyUsage(suite: PkitsSuite): void {
  const below = (name: string, keyUsage: Uint8Array) =>
    suite.anchor.subordinate(name, { extensions: { keyUsage } }).endEntity();
  const [keyCertSign, cRLSign] = [5, 6];
  suite.refuses(
    "4.7.1",
    "issuer-key-usage-invalid",
    "refuses an issuer that may sign no certificates",
    below("keyUsage Critical keyCertSign False CA", extensions.keyUsage("cRLSign")),
  );
  suite.refuses(
    "4.7.2",
    "issuer-key-usage-invalid",
    "refuses one as well whose extension is not critical",
    below("keyUsage Not Critical keyCertSign False CA", notCritical(cRLSign)),
  );
  suite.accepts(
    "4.7.3",
    "accepts an authority whose extension is not critical",
    below("keyUsage Not Critical CA", notCritical(keyCertSign, cRLSign)),
  );
  suite.refuses(
    "4.7.4",
    "revocation-unknown",
    "refuses by a list of an authority that may sign none",
    below("keyUsage Critical cRLSign False CA", extensions.keyUsage("keyCertSign")),
  );
  suite.refuses(
    "4.7.5",
    "revocation-unknown",
    "refuses by such a list as well where the extension is not critical",
    below("keyUsage Not Critical cRLSign False CA", notCritical(keyCertSign)),
  );
}

function notCritical(...bits: readonly number[]): Uint8Array {
  return extension(extensionOids.keyUsage, der.namedBits(...bits));
}
