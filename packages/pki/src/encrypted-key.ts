import type { asn1 } from "node-forge";

import { octets, sequence } from "./forge-asn1.ts";
import { encryptWithPassword } from "./pbes2.ts";

/** A PKCS#8 key as EncryptedPrivateKeyInfo (RFC 5958 3), whatever its algorithm. */
export function encryptPrivateKey(privateKeyInfo: Uint8Array, passphrase: string): asn1.Asn1 {
  const { algorithm, ciphertext } = encryptWithPassword(privateKeyInfo, passphrase);
  return sequence(algorithm, octets(ciphertext));
}
