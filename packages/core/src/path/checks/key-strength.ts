import type { ReasonCode } from "../../reasons/reasons.ts";
import type { PublicKey, PublicKeyShape } from "../../x509/public-key.ts";

/** Below: NIST SP 800-131A. Above: a signature check by a larger key costs more than a handshake. */
const modulusBits = { minimum: 2048, maximum: 8192 };

/** OpenSSL refuses exponents beyond 64 bits for keys above 3072 bits; FIPS 186-5 allows up to 256 bits, none needs more than 64. */
const maximumExponentOctets = 8;

/** Keys that can be forged, or whose use costs too much, take part in no path. */
export function checkKeyStrength({ shape }: PublicKey): ReasonCode | undefined {
  switch (shape.type) {
    case "rsa":
      return isSoundRsa(shape) ? undefined : "key-too-weak";
    case "ec":
    case "eddsa":
      return undefined;
    case "unsupported":
      return "key-unsupported";
  }
}

function isSoundRsa({ modulus, exponent }: Extract<PublicKeyShape, { type: "rsa" }>): boolean {
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  const isOne = exponent.length === 1 && exponent[0] === 1;
  return (
    bits >= modulusBits.minimum &&
    bits <= modulusBits.maximum &&
    isOdd(modulus) &&
    isOdd(exponent) &&
    !isOne &&
    exponent.length <= maximumExponentOctets
  );
}

function isOdd(number: Buffer): boolean {
  return ((number.at(-1) ?? 0) & 1) === 1;
}
