import { createPublicKey, type JsonWebKeyInput } from "node:crypto";

import { sha256, toHex } from "../../base/bytes.ts";
import type { PublicKey } from "../../x509/public-key.ts";

/**
 * SHA-256 of a public key, lower-case hex: as it is written, and as it is usually written where that is something else. The holder
 * of a denied key may ask for a certificate that writes the same key in another way.
 */
export function keyPins(key: PublicKey): readonly string[] {
  const usual = usualForm(key);
  return [key.der, ...(usual === undefined ? [] : [usual])].map((der) => toHex(sha256(der)));
}

/** Undefined where there is no other form, or OpenSSL does not accept the key: no path leads over it, then. */
function usualForm({ shape, keyObject }: PublicKey): Buffer | undefined {
  if (keyObject === undefined) return undefined;
  if (shape.type === "ec" && shape.point[0] !== 0x04) {
    return spki(keyObject.export({ format: "jwk" }));
  }
  if (shape.type === "rsa" && shape.pssOnly) {
    const { modulus, exponent } = shape;
    return spki({
      kty: "RSA",
      n: modulus.toString("base64url"),
      e: exponent.toString("base64url"),
    });
  }
  return undefined;
}

function spki(key: JsonWebKeyInput["key"]): Buffer {
  return createPublicKey({ key, format: "jwk" }).export({ format: "der", type: "spki" });
}
