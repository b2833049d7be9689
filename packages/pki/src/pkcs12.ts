import { createHash, createHmac, hash, randomBytes } from "node:crypto";

import type { asn1 } from "node-forge";

import { encryptPrivateKey } from "./encrypted-key.ts";
import {
  bmpString,
  encode,
  explicit,
  implicitOctets,
  nothing,
  octets,
  oid,
  sequence,
  setOf,
  whole,
} from "./forge-asn1.ts";
import { encryptWithPassword, passwordIterations } from "./pbes2.ts";

/** What goes into a bundle. */
export interface Pkcs12Content {
  /** PKCS#8, whatever its algorithm: a bundle only carries it. */
  readonly privateKeyInfo: Uint8Array;
  /** DER, the leaf first. */
  readonly certificates: readonly [leaf: Uint8Array, ...issuers: Uint8Array[]];
  /** What a browser or phone calls the entry. */
  readonly friendlyName?: string | undefined;
}

const oids = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
  sha256: "2.16.840.1.101.3.4.2.1",
} as const;

/**
 * A PKCS#12 bundle (RFC 7292 4): certificates and key under PBES2, integrity by HMAC-SHA256. Put
 * together here because node-forge's own bundles hold RSA keys only.
 */
export function createPkcs12(content: Pkcs12Content, password: string): Uint8Array {
  const [leaf, ...issuers] = content.certificates;
  // The same identifier on key and leaf tells a reader that they belong together.
  const ownership = [
    attribute(oids.localKeyId, octets(createHash("sha1").update(leaf).digest())),
    ...(content.friendlyName === undefined
      ? []
      : [attribute(oids.friendlyName, bmpString(content.friendlyName))]),
  ];
  const certificates = encryptWithPassword(
    encode(
      sequence(
        certificateBag(leaf, setOf(...ownership)),
        ...issuers.map((issuer) => certificateBag(issuer)),
      ),
    ),
    password,
  );
  const shroudedKey = sequence(
    oid(oids.shroudedKeyBag),
    explicit(encryptPrivateKey(content.privateKeyInfo, password)),
    setOf(...ownership),
  );
  const authenticatedSafe = encode(
    sequence(
      contentInfo(
        oids.encryptedData,
        sequence(
          whole(0),
          sequence(oid(oids.data), certificates.algorithm, implicitOctets(certificates.ciphertext)),
        ),
      ),
      contentInfo(oids.data, octets(encode(sequence(shroudedKey)))),
    ),
  );
  return encode(
    sequence(
      whole(3),
      contentInfo(oids.data, octets(authenticatedSafe)),
      macData(authenticatedSafe, password),
    ),
  );
}

function contentInfo(type: string, content: asn1.Asn1): asn1.Asn1 {
  return sequence(oid(type), explicit(content));
}

function certificateBag(certificate: Uint8Array, ...attributes: asn1.Asn1[]): asn1.Asn1 {
  const value = sequence(oid(oids.x509Certificate), explicit(octets(certificate)));
  return sequence(oid(oids.certificateBag), explicit(value), ...attributes);
}

function attribute(type: string, value: asn1.Asn1): asn1.Asn1 {
  return sequence(oid(type), setOf(value));
}

function macData(authenticatedSafe: Uint8Array, password: string): asn1.Asn1 {
  const salt = randomBytes(16);
  const mac = createHmac("sha256", macKey(password, salt)).update(authenticatedSafe).digest();
  const digestInfo = sequence(sequence(oid(oids.sha256), nothing()), octets(mac));
  return sequence(digestInfo, octets(salt), whole(passwordIterations));
}

/**
 * The key of the integrity check: RFC 7292 B.2 with SHA-256 and identifier 3. One round is enough,
 * since the key is as long as the hash. As many iterations as for the encryption, or guessing the
 * password by its MAC would be the cheaper way.
 */
function macKey(password: string, salt: Uint8Array): Buffer {
  const diversifier = Buffer.alloc(64, 3);
  // A BMPString with its closing zero: RFC 7292 B.1.
  const passwordOctets = Buffer.from(`${password}\0`, "utf16le").swap16();
  const input = [salt, passwordOctets].map(repeatedToBlocks);
  let key = hash("sha256", Buffer.concat([diversifier, ...input]), "buffer");
  for (let iteration = 1; iteration < passwordIterations; iteration += 1) {
    key = hash("sha256", key, "buffer");
  }
  return key;
}

/** Whole blocks of 64 octets, filled by repetition. */
function repeatedToBlocks(octetsToRepeat: Uint8Array): Buffer {
  return Buffer.alloc(Math.ceil(octetsToRepeat.length / 64) * 64, octetsToRepeat);
}
