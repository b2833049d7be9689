import { sha256, toHex } from "../base/bytes.ts";
import type { Voucher } from "../path/verify-client.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { GeneralName } from "../x509/general-name.ts";
import { printIpAddress } from "../x509/ip-address.ts";
import { twinFingerprint } from "../x509/signature-twin.ts";
import type { SpiffeId } from "../x509/spiffe-id.ts";
import { readSvid } from "../x509/svid.ts";

/** A verified client: what its certificate says of it, and who vouches for that. Frozen, all the way down. */
export interface ClientIdentity {
  /** The subject as RFC 4514 prints it. */
  readonly subject: string;
  /** The common name, when there is exactly one. To compare it use the matcher `commonName`, which knows when it counts. */
  readonly commonName: string | undefined;
  /**
   * Whether the common name may be taken for the client's: the only one, without a subject alternative name beside it (RFC 9525 2),
   * and no authority above it that constrains names without saying which directory names it may issue.
   */
  readonly commonNameCounts: boolean;
  /** Whether the certificate has a subject alternative name. */
  readonly hasSubjectAltName: boolean;
  readonly dnsNames: readonly string[];
  readonly emails: readonly string[];
  /** In their usual text form: dotted decimal, or RFC 5952. */
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  /** Set when the certificate is an X509-SVID: exactly one URI, a SPIFFE ID, in a certificate that is no authority. */
  readonly spiffeId: SpiffeId | undefined;
  /** The issuer's name as RFC 4514 prints it. */
  readonly issuer: string;
  /** SHA-256 of the verified issuer's public key (SPKI), base64; undefined for a pinned client, whose issuer nobody verified. */
  readonly issuerPublicKeyPin: string | undefined;
  /** Lower-case hex without leading zeros. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  /**
   * The other fingerprint that the same certificate can have: an ECDSA signature can be rewritten into a second valid one.
   * Undefined with other signatures, and for a pinned client.
   */
  readonly twinFingerprint: string | undefined;
  /** SHA-256 of the public key (SPKI), base64. */
  readonly publicKeyPin: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds; valid up to and including this second. */
  readonly notAfter: number;
  /** The trust set that vouches for the client. */
  readonly trust: string;
  /**
   * A path to an authority was verified, or the trust set pins this certificate, or only its public key (`key-pin`): then
   * nobody vouches for the names in it, and they are left empty.
   */
  readonly verifiedBy: "path" | "pin" | "key-pin";
}

/** Names a verified client: its own certificate is the first of what was verified, its issuer's the second. */
export function identifyClient(verified: Voucher, trust: string): ClientIdentity {
  const [certificate] = verified.path;
  const issuer = verified.by === "path" ? verified.path[1] : undefined;
  return Object.freeze({
    // Who holds a pinned key can have any name certified for it, by itself: only the key is known.
    ...(verified.by === "key-pin" ? noNames : namesOf(verified.path)),
    issuerPublicKeyPin: issuer && sha256(issuer.publicKey.der).toString("base64"),
    fingerprint: certificate.fingerprint,
    twinFingerprint: issuer && twinFingerprint(certificate, issuer.publicKey),
    publicKeyPin: sha256(certificate.publicKey.der).toString("base64"),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    trust,
    verifiedBy: verified.by,
  });
}

type Names = Pick<
  ClientIdentity,
  | "subject"
  | "commonName"
  | "commonNameCounts"
  | "hasSubjectAltName"
  | "dnsNames"
  | "emails"
  | "ipAddresses"
  | "uris"
  | "spiffeId"
  | "issuer"
  | "serialNumber"
>;

const noEntries: readonly string[] = Object.freeze([]);

const noNames: Names = Object.freeze({
  subject: "",
  commonName: undefined,
  commonNameCounts: false,
  hasSubjectAltName: false,
  dnsNames: noEntries,
  emails: noEntries,
  ipAddresses: noEntries,
  uris: noEntries,
  spiffeId: undefined,
  issuer: "",
  serialNumber: "",
});

function namesOf([certificate, ...authorities]: readonly [Certificate, ...Certificate[]]): Names {
  const { subjectAltName } = certificate.extensions;
  const names = subjectAltName ?? [];
  const { commonNames } = certificate.subject;
  const commonName = commonNames.length === 1 ? commonNames[0] : undefined;
  return {
    subject: certificate.subject.text,
    commonName,
    commonNameCounts:
      commonName !== undefined &&
      subjectAltName === undefined &&
      !authorities.some(leavesDirectoryNamesFree),
    hasSubjectAltName: subjectAltName !== undefined,
    dnsNames: textNames(names, "dns"),
    emails: textNames(names, "email"),
    ipAddresses: Object.freeze(
      names.flatMap((name) => (name.type === "ip" ? [printIpAddress(name.value)] : [])),
    ),
    uris: textNames(names, "uri"),
    spiffeId: readSvid(certificate),
    issuer: certificate.issuer.text,
    serialNumber: toHex(certificate.serialNumber).replace(/^0+(?=.)/, ""),
  };
}

/** RFC 5280 4.2.1.10: a common name is part of a directory name, and is free where none but some of these are excluded. */
function leavesDirectoryNamesFree({ extensions: { nameConstraints } }: Certificate): boolean {
  if (nameConstraints === undefined) return false;
  return !nameConstraints.permitted.some(
    (base) => base.type === "directory" && !base.value.isEmpty,
  );
}

function textNames(
  names: readonly GeneralName[],
  type: "dns" | "email" | "uri",
): readonly string[] {
  return Object.freeze(names.flatMap((name) => (name.type === type ? [name.value] : [])));
}
