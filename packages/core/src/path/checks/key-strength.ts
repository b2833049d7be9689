import type { ReasonCode } from "../../reasons/reasons.ts";
import type { PublicKey, PublicKeyShape } from "../../x509/public-key.ts";
import type { LegacyAlgorithm } from "../../x509/signature.ts";

/** Below: NIST SP 800-131A. Above: a signature check by a larger key costs more than a handshake. */
const modulusBits = { legacyMinimum: 1024, minimum: 2048, maximum: 8192 };

/** OpenSSL refuses exponents beyond 64 bits for keys above 3072 bits; FIPS 186-5 allows up to 256 bits, none needs more than 64. */
const maximumExponentOctets = 8;

/** Keys that can be forged, or whose use costs too much, take part in no path. */
export function checkKeyStrength(
  { shape }: PublicKey,
  legacy: ReadonlySet<LegacyAlgorithm>,
): ReasonCode | undefined {
  switch (shape.type) {
    case "rsa":
      return isSoundRsa(shape, legacy) ? undefined : "key-too-weak";
    case "ec":
    case "eddsa":
      return undefined;
    case "unsupported":
      return "key-unsupported";
  }
}

function isSoundRsa(
  { modulus, exponent }: Extract<PublicKeyShape, { type: "rsa" }>,
  legacy: ReadonlySet<LegacyAlgorithm>,
): boolean {
  const bits = bitLength(modulus);
  const isOne = exponent.length === 1 && exponent[0] === 1;
  return (
    bits >= (legacy.has("rsa-1024") ? modulusBits.legacyMinimum : modulusBits.minimum) &&
    bits <= modulusBits.maximum &&
    isOdd(modulus) &&
    isOdd(exponent) &&
    !isOne &&
    exponent.length <= maximumExponentOctets
  );
}

/** The bits of an unsigned number without leading zero octets. */
export function bitLength(number: Buffer): number {
  return number.length * 8 - Math.clz32(number[0] ?? 0) + 24;
}

function isOdd(number: Buffer): boolean {
  return ((number.at(-1) ?? 0) & 1) === 1;
}
