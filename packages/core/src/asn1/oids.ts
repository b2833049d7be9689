/**
 * Object identifiers, keyed by their content octets as a Latin-1 string: what `DerReader.readOid` returns,
 * so that comparing one costs a string comparison and no formatting.
 */
export const oids = {
  // RFC 5280 4.2
  subjectKeyIdentifier: oid("2.5.29.14"),
  keyUsage: oid("2.5.29.15"),
  subjectAltName: oid("2.5.29.17"),
  issuerAltName: oid("2.5.29.18"),
  basicConstraints: oid("2.5.29.19"),
  nameConstraints: oid("2.5.29.30"),
  crlDistributionPoints: oid("2.5.29.31"),
  certificatePolicies: oid("2.5.29.32"),
  anyPolicy: oid("2.5.29.32.0"),
  policyMappings: oid("2.5.29.33"),
  authorityKeyIdentifier: oid("2.5.29.35"),
  policyConstraints: oid("2.5.29.36"),
  extendedKeyUsage: oid("2.5.29.37"),
  freshestCrl: oid("2.5.29.46"),
  inhibitAnyPolicy: oid("2.5.29.54"),
  authorityInfoAccess: oid("1.3.6.1.5.5.7.1.1"),
  subjectInfoAccess: oid("1.3.6.1.5.5.7.1.11"),
  anyExtendedKeyUsage: oid("2.5.29.37.0"),
  serverAuth: oid("1.3.6.1.5.5.7.3.1"),
  clientAuth: oid("1.3.6.1.5.5.7.3.2"),
  // RFC 6960 4.2.1, 4.2.2.2, 4.2.2.2.1, 4.4.1
  ocspSigning: oid("1.3.6.1.5.5.7.3.9"),
  ocspBasic: oid("1.3.6.1.5.5.7.48.1.1"),
  ocspNonce: oid("1.3.6.1.5.5.7.48.1.2"),
  ocspNoCheck: oid("1.3.6.1.5.5.7.48.1.5"),
  // RFC 3279, 4055, 5480, 8410
  rsaEncryption: oid("1.2.840.113549.1.1.1"),
  rsassaPss: oid("1.2.840.113549.1.1.10"),
  mgf1: oid("1.2.840.113549.1.1.8"),
  ecPublicKey: oid("1.2.840.10045.2.1"),
  ed25519: oid("1.3.101.112"),
  ed448: oid("1.3.101.113"),
  p256: oid("1.2.840.10045.3.1.7"),
  p384: oid("1.3.132.0.34"),
  p521: oid("1.3.132.0.35"),
  sha1: oid("1.3.14.3.2.26"),
  sha256: oid("2.16.840.1.101.3.4.2.1"),
  sha384: oid("2.16.840.1.101.3.4.2.2"),
  sha512: oid("2.16.840.1.101.3.4.2.3"),
  // RFC 5652 5.1
  signedData: oid("1.2.840.113549.1.7.2"),
  // ITU-T X.520, RFC 4519
  commonName: oid("2.5.4.3"),
  // RFC 2985 5.2.1
  emailAddress: oid("1.2.840.113549.1.9.1"),
} as const;

/** The key of a dotted object identifier. */
export function oid(dotted: string): string {
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map(BigInt);
  return String.fromCharCode(...[first * 40n + second, ...rest].flatMap(base128));
}

/** Whether a text is a dotted object identifier (ITU-T X.660 7.6: below the arcs 0 and 1 there are 40 arcs). */
export function isDottedOid(text: string): boolean {
  return /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*$/.test(text);
}

/** The dotted form of a key. */
export function dottedOid(key: string): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (let at = 0; at < key.length; at++) {
    const octet = key.charCodeAt(at);
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [joined = 0n, ...rest] = arcs;
  const first = joined >= 80n ? 2n : joined / 40n;
  return [first, joined - first * 40n, ...rest].join(".");
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let left = arc >> 7n; left > 0n; left >>= 7n) octets.unshift(Number(left & 0x7fn) | 0x80);
  return octets;
}
