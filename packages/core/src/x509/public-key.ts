import { createPublicKey, type JsonWebKeyInput, type KeyObject } from "node:crypto";
import { BoundedMap } from "../base/bounded-map.ts";
import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";

export type EllipticCurve = "P-256" | "P-384" | "P-521";
export type EdwardsCurve = "Ed25519" | "Ed448";

/** What a subject public key info (RFC 5280 4.1.2.7) holds. */
export type PublicKeyShape =
  | {
      readonly type: "rsa";
      readonly modulus: Buffer;
      readonly exponent: Buffer;
      readonly pssOnly: boolean;
    }
  | { readonly type: "ec"; readonly curve: EllipticCurve; readonly point: Buffer }
  | { readonly type: "eddsa"; readonly curve: EdwardsCurve; readonly point: Buffer }
  | { readonly type: "unsupported" };

/** The public key of a certificate: its shape is known at once, the key of `node:crypto` only when it is needed. */
export class PublicKey {
  /** The whole SubjectPublicKeyInfo. */
  readonly der: Buffer;
  readonly shape: PublicKeyShape;
  #keyObject: KeyObject | "unusable" | undefined;
  #octets: string | undefined;

  private constructor(der: Buffer, shape: PublicKeyShape) {
    this.der = der;
    this.shape = shape;
  }

  static read(reader: DerReader): PublicKey {
    const der = reader.readWhole(tags.sequence);
    const info = DerReader.of(der).read(tags.sequence);
    const algorithm = info.read(tags.sequence);
    const type = algorithm.readOid();
    const shape = readShape(type, algorithm, info.readOctetAlignedBits());
    info.finish();
    return new PublicKey(der, shape);
  }

  /** The whole SubjectPublicKeyInfo as Latin-1: equal for equal keys, to look them up by. */
  get octets(): string {
    this.#octets ??= this.der.toString("latin1");
    return this.#octets;
  }

  /** The key for `node:crypto`; undefined when OpenSSL does not accept it (a point off its curve, say). */
  get keyObject(): KeyObject | undefined {
    this.#keyObject ??= importKey(this);
    return this.#keyObject === "unusable" ? undefined : this.#keyObject;
  }
}

const curves = new Map<string, { readonly curve: EllipticCurve; readonly octets: number }>([
  [oids.p256, { curve: "P-256", octets: 32 }],
  [oids.p384, { curve: "P-384", octets: 48 }],
  [oids.p521, { curve: "P-521", octets: 66 }],
]);

function readShape(type: string, algorithm: DerReader, key: Buffer): PublicKeyShape {
  switch (type) {
    case oids.rsaEncryption:
      // RFC 3279 2.3.1: the parameters are NULL.
      algorithm.readNull();
      algorithm.finish();
      return { ...readRsa(key), pssOnly: false };
    case oids.rsassaPss:
      return { ...readRsa(key), pssOnly: true };
    case oids.ecPublicKey:
      return readEllipticCurve(algorithm, key);
    case oids.ed25519:
      return readEdwards(algorithm, key, "Ed25519", 32);
    case oids.ed448:
      return readEdwards(algorithm, key, "Ed448", 57);
    default:
      return { type: "unsupported" };
  }
}

function readRsa(
  key: Buffer,
): Pick<Extract<PublicKeyShape, { type: "rsa" }>, "type" | "modulus" | "exponent"> {
  const outer = DerReader.of(key);
  const sequence = outer.read(tags.sequence);
  outer.finish();
  const modulus = readPositive(sequence);
  const exponent = readPositive(sequence);
  sequence.finish();
  return { type: "rsa", modulus, exponent };
}

/** An unsigned integer without its sign octet. */
function readPositive(sequence: DerReader): Buffer {
  const content = sequence.readInteger();
  const first = content[0] as number;
  if (first >= 0x80) throw new DerError("a key holds a negative number");
  return first === 0 ? content.subarray(1) : content;
}

function readEllipticCurve(algorithm: DerReader, point: Buffer): PublicKeyShape {
  // RFC 5480 2.1.1: only named curves; explicit parameters let a forger choose the generator (CVE-2020-0601).
  if (algorithm.nextTag !== tags.objectIdentifier) return { type: "unsupported" };
  const named = curves.get(algorithm.readOid());
  algorithm.finish();
  if (named === undefined) return { type: "unsupported" };
  const { curve, octets } = named;
  const form = point[0];
  const compressed = form === 0x02 || form === 0x03;
  if (!compressed && form !== 0x04) throw new DerError("a point is in no known form");
  if (point.length !== 1 + (compressed ? octets : 2 * octets)) {
    throw new DerError("a point has a wrong length");
  }
  return { type: "ec", curve, point };
}

function readEdwards(
  algorithm: DerReader,
  point: Buffer,
  curve: EdwardsCurve,
  octets: number,
): PublicKeyShape {
  // RFC 8410 3: the parameters must be absent.
  algorithm.finish();
  if (point.length !== octets) throw new DerError("a point has a wrong length");
  return { type: "eddsa", curve, point };
}

/**
 * Imported keys by their SPKI: importing is a pure function, so nothing of one client reaches another through it. There
 * are as many as authorities in use, and a key with its name takes about 2 KB: 1 MB when it is full.
 */
const importedKeys = new BoundedMap<string, KeyObject>(512);

function importKey(key: PublicKey): KeyObject | "unusable" {
  const known = importedKeys.get(key.octets);
  if (known !== undefined) return known;
  try {
    // From JWK an import costs half as much as from SPKI on OpenSSL 3.0 (Node 20).
    const jwk = toJwk(key.shape);
    const imported = createPublicKey(jwk ?? { key: key.der, format: "der", type: "spki" });
    importedKeys.set(key.octets, imported);
    return imported;
  } catch {
    // OpenSSL says in many ways that a key is none; the caller refuses it with a reason.
    return "unusable";
  }
}

function toJwk(shape: PublicKeyShape): JsonWebKeyInput | undefined {
  switch (shape.type) {
    case "rsa":
      // A JWK cannot say that the key is for PSS only.
      if (shape.pssOnly) return undefined;
      return jwk({ kty: "RSA", n: base64Url(shape.modulus), e: base64Url(shape.exponent) });
    case "ec": {
      if (shape.point[0] !== 0x04) return undefined;
      const middle = (shape.point.length + 1) / 2;
      const x = base64Url(shape.point.subarray(1, middle));
      const y = base64Url(shape.point.subarray(middle));
      return jwk({ kty: "EC", crv: shape.curve, x, y });
    }
    case "eddsa":
      return jwk({ kty: "OKP", crv: shape.curve, x: base64Url(shape.point) });
    case "unsupported":
      return undefined;
  }
}

function jwk(key: JsonWebKeyInput["key"]): JsonWebKeyInput {
  return { key, format: "jwk" };
}

function base64Url(bytes: Buffer): string {
  return bytes.toString("base64url");
}
