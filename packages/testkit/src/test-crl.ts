import { createHash } from "node:crypto";

import { extension, extensionOids } from "./certificate-extensions.ts";
import * as der from "./der-writer.ts";
import { signatureScheme, usualScheme, type SignatureSchemeName } from "./signature-scheme.ts";
import type { TestCertificate } from "./test-authority.ts";

/** Extensions of CRLs, of their entries, and of certificates that say where CRLs are (RFC 5280 4.2.1.13, 5.2, 5.3). */
const oids = {
  authorityKeyIdentifier: extensionOids.authorityKeyIdentifier,
  certificateIssuer: "2.5.29.29",
  crlNumber: "2.5.29.20",
  deltaCrlIndicator: "2.5.29.27",
  distributionPoints: "2.5.29.31",
  freshestCrl: "2.5.29.46",
  invalidityDate: "2.5.29.24",
  issuingDistributionPoint: "2.5.29.28",
  reasonCode: "2.5.29.21",
} as const;

/** CRLReason (RFC 5280 5.3.1). */
export const reasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

/** ReasonFlags (RFC 5280 4.2.1.13): other numbers than the codes. */
const reasonBits = {
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 7,
  aACompromise: 8,
} as const;

export type CrlReasonName = keyof typeof reasonCodes;
export type ReasonFlagName = keyof typeof reasonBits;

/** Where a CRL is: URIs and directory names (whole Names as DER), any GeneralName, or one relative name. */
export interface CrlPlace {
  readonly uris?: readonly string[];
  readonly directoryNames?: readonly Uint8Array[];
  /** Whole GeneralNames. */
  readonly names?: readonly Uint8Array[];
  /** The attributes of a relative name, each a whole AttributeTypeAndValue; they go in place of all others. */
  readonly relative?: readonly Uint8Array[];
}

/** One DistributionPoint of a certificate. */
export interface CrlPoint extends CrlPlace {
  readonly reasons?: readonly ReasonFlagName[];
  /** Whole Names as DER. */
  readonly crlIssuers?: readonly Uint8Array[];
}

/** What a CRL covers: its issuing distribution point. */
export interface CrlScope extends CrlPlace {
  readonly onlyUsers?: boolean;
  readonly onlyAuthorities?: boolean;
  readonly onlyAttributes?: boolean;
  readonly onlyReasons?: readonly ReasonFlagName[];
  readonly indirect?: boolean;
}

/** One revoked certificate. */
export interface CrlEntryChanges {
  readonly certificate?: Pick<TestCertificate, "parts">;
  readonly serialNumber?: bigint | number;
  /** A Time as DER, or epoch milliseconds. */
  readonly revocationDate?: Uint8Array | number;
  readonly reason?: CrlReasonName;
  readonly invalidityDate?: number;
  /** A whole Name as DER. */
  readonly certificateIssuer?: Uint8Array;
  /** Whole Extensions after those. */
  readonly moreExtensions?: readonly Uint8Array[];
}

type StandardCrlExtension =
  "authorityKeyIdentifier" | "crlNumber" | "deltaCrlIndicator" | "issuingDistributionPoint";

/** The parts of a CRL as DER (RFC 5280 5.1), each replaceable by arbitrary bytes. */
export interface RawCrlParts {
  /** An empty array leaves the field out, which means version 1. */
  readonly version: Uint8Array;
  readonly innerSignatureAlgorithm: Uint8Array;
  readonly issuer: Uint8Array;
  readonly thisUpdate: Uint8Array;
  readonly nextUpdate: Uint8Array;
  /** The whole field; an empty array leaves it out. */
  readonly revokedCertificates: Uint8Array;
  /** One Extension each; an empty list leaves the field out. */
  readonly extensions: readonly Uint8Array[];
  /** Bytes within the signed part, after its last field. */
  readonly afterExtensions?: Uint8Array;
  readonly sign: (tbs: Uint8Array) => Uint8Array;
  /** By default the inner one. */
  readonly outerSignatureAlgorithm?: Uint8Array;
  /** Changes the raw signature. */
  readonly alterSignature?: (signature: Uint8Array) => Uint8Array;
}

/** What may be changed in a CRL; what is left out stays sound. */
export interface CrlChanges {
  /** Epoch milliseconds around which the CRL is current. */
  readonly now?: number;
  /** A whole Name as DER; by default the signer's subject. */
  readonly issuer?: Uint8Array;
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  readonly crlNumber?: number | bigint;
  /** The number of the complete CRL that this delta adds to. */
  readonly baseCrlNumber?: number | bigint;
  readonly scope?: CrlScope;
  /** Certificates, or entries with more to them. */
  readonly revoked?: readonly (TestCertificate | CrlEntryChanges)[];
  readonly signatureScheme?: SignatureSchemeName;
  /** Replaces an extension by another whole Extension, or leaves it out. */
  readonly extensions?: Readonly<Partial<Record<StandardCrlExtension, Uint8Array | "absent">>>;
  /** Whole Extensions after the usual ones. */
  readonly moreExtensions?: readonly Uint8Array[];
  /** Last word: takes the sound parts and returns those to encode. */
  readonly raw?: (sound: RawCrlParts) => RawCrlParts;
}

/** A CRL as bytes. */
export interface TestCrl {
  readonly der: Uint8Array;
  readonly pem: string;
}

const hourMs = 3_600_000;

/** A complete CRL of version 2, current, and empty unless the changes say otherwise. */
export function certificateList(signer: TestCertificate, changes: CrlChanges = {}): TestCrl {
  const scheme = signatureScheme(changes.signatureScheme ?? usualScheme(signer.privateKey));
  const now = changes.now ?? Date.now();
  const { baseCrlNumber, scope, revoked = [] } = changes;
  const usual: Partial<Record<StandardCrlExtension, Uint8Array | "absent">> = {
    authorityKeyIdentifier: crlKeyIdentifier(signer),
    crlNumber: extension(oids.crlNumber, der.integer(changes.crlNumber ?? 1)),
    ...(baseCrlNumber === undefined ? {} : { deltaCrlIndicator: deltaCrlIndicator(baseCrlNumber) }),
    ...(scope === undefined ? {} : { issuingDistributionPoint: issuingDistributionPoint(scope) }),
    ...changes.extensions,
  };
  const sound: RawCrlParts = {
    version: der.integer(1),
    innerSignatureAlgorithm: scheme.algorithm,
    issuer: changes.issuer ?? signer.parts.subject,
    thisUpdate: der.time(changes.thisUpdate ?? now - hourMs),
    nextUpdate: der.time(changes.nextUpdate ?? now + 24 * hourMs),
    revokedCertificates:
      revoked.length === 0
        ? der.bytes()
        : der.sequence(...revoked.map((entry) => encodeEntry(entry, now))),
    extensions: [
      ...Object.values(usual).filter((value) => typeof value !== "string"),
      ...(changes.moreExtensions ?? []),
    ],
    sign: (tbs) => scheme.sign(tbs, signer.privateKey),
  };
  const bytes = assemble(changes.raw?.(sound) ?? sound);
  return { der: bytes, pem: toPem(bytes) };
}

/** Parts of a sound list that make it one of version 1. */
export function asVersion1(sound: RawCrlParts): RawCrlParts {
  return { ...sound, version: der.bytes(), extensions: [] };
}

/** The Extension `cRLDistributionPoints` of a certificate. */
export function crlDistributionPoints(...points: readonly CrlPoint[]): Uint8Array {
  return extension(oids.distributionPoints, der.sequence(...points.map(encodePoint)));
}

/** The Extension `freshestCRL` of a certificate or a CRL. */
export function freshestCrl(...points: readonly CrlPoint[]): Uint8Array {
  return extension(oids.freshestCrl, der.sequence(...points.map(encodePoint)));
}

export function issuingDistributionPoint(scope: CrlScope): Uint8Array {
  const flag = (number: number, isSet: boolean | undefined): Uint8Array =>
    isSet === true ? der.primitive(number, der.bytes(0xff)) : der.bytes();
  const { onlyReasons } = scope;
  return extension(
    oids.issuingDistributionPoint,
    der.sequence(
      encodePlace(scope),
      flag(1, scope.onlyUsers),
      flag(2, scope.onlyAuthorities),
      onlyReasons === undefined ? der.bytes() : encodeReasons(3, onlyReasons),
      flag(4, scope.indirect),
      flag(5, scope.onlyAttributes),
    ),
    { critical: true },
  );
}

export function deltaCrlIndicator(baseCrlNumber: number | bigint): Uint8Array {
  return extension(oids.deltaCrlIndicator, der.integer(baseCrlNumber), { critical: true });
}

/** SHA-1 of the signer's public key, as its certificate says it. */
function crlKeyIdentifier({ publicKey }: TestCertificate): Uint8Array {
  const [, bits] = der.split(publicKey.export({ type: "spki", format: "der" }));
  const keyId = createHash("sha1").update(der.contentOf(bits!).subarray(1)).digest();
  return extension(oids.authorityKeyIdentifier, der.sequence(der.primitive(0, keyId)));
}

function encodeEntry(changes: TestCertificate | CrlEntryChanges, now: number): Uint8Array {
  if ("der" in changes) return encodeEntry({ certificate: changes }, now);
  const { certificate, revocationDate = now - 2 * hourMs, reason, certificateIssuer } = changes;
  const extensions = [
    ...(reason === undefined
      ? []
      : [extension(oids.reasonCode, der.tlv(0x0a, der.bytes(reasonCodes[reason])))]),
    ...(changes.invalidityDate === undefined
      ? []
      : [extension(oids.invalidityDate, der.generalizedTime(changes.invalidityDate))]),
    ...(certificateIssuer === undefined
      ? []
      : [
          extension(oids.certificateIssuer, der.sequence(der.constructed(4, certificateIssuer)), {
            critical: true,
          }),
        ]),
    ...(changes.moreExtensions ?? []),
  ];
  return der.sequence(
    certificate?.parts.serialNumber ?? der.integer(changes.serialNumber ?? 1),
    typeof revocationDate === "number" ? der.time(revocationDate) : revocationDate,
    extensions.length === 0 ? der.bytes() : der.sequence(...extensions),
  );
}

function encodePoint(point: CrlPoint): Uint8Array {
  const { reasons, crlIssuers } = point;
  return der.sequence(
    encodePlace(point),
    reasons === undefined ? der.bytes() : encodeReasons(1, reasons),
    crlIssuers === undefined
      ? der.bytes()
      : der.constructed(2, ...crlIssuers.map((name) => der.constructed(4, name))),
  );
}

/** `[0] EXPLICIT DistributionPointName`; nothing where no place is given. */
function encodePlace({ uris, directoryNames, names = [], relative }: CrlPlace): Uint8Array {
  if (relative !== undefined) return der.constructed(0, der.constructed(1, ...relative));
  const all = [
    ...(directoryNames ?? []).map((name) => der.constructed(4, name)),
    ...(uris ?? []).map((uri) => der.primitive(6, new TextEncoder().encode(uri))),
    ...names,
  ];
  return all.length === 0 ? der.bytes() : der.constructed(0, der.constructed(0, ...all));
}

function encodeReasons(number: number, reasons: readonly ReasonFlagName[]): Uint8Array {
  const bits = der.namedBits(...reasons.map((reason) => reasonBits[reason]));
  return der.primitive(number, der.contentOf(bits));
}

function assemble(parts: RawCrlParts): Uint8Array {
  const { extensions, alterSignature = (signature: Uint8Array) => signature } = parts;
  const tbs = der.sequence(
    parts.version,
    parts.innerSignatureAlgorithm,
    parts.issuer,
    parts.thisUpdate,
    parts.nextUpdate,
    parts.revokedCertificates,
    extensions.length === 0 ? der.bytes() : der.constructed(0, der.sequence(...extensions)),
    parts.afterExtensions ?? der.bytes(),
  );
  return der.sequence(
    tbs,
    parts.outerSignatureAlgorithm ?? parts.innerSignatureAlgorithm,
    der.bitString(alterSignature(parts.sign(tbs))),
  );
}

function toPem(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,64}/g)!;
  return `-----BEGIN X509 CRL-----\n${lines.join("\n")}\n-----END X509 CRL-----\n`;
}
