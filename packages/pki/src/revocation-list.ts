import "reflect-metadata";

import * as x509 from "@peculiar/x509";

import { checkChoice } from "./choice.ts";
import {
  bitString,
  directoryName,
  element,
  enumerated,
  extension,
  generalizedTime,
  namedBits,
  sequence,
  time,
  unsignedInteger,
  uriName,
} from "./der-writer.ts";
import { checkKnownOptions } from "./known-options.ts";
import { iso, moment, wholeSeconds } from "./moment.ts";
import { toPem } from "./pem.ts";
import { PkiError } from "./pki-error.ts";
import {
  checkReason,
  reasonCode,
  reasonFlag,
  removeFromCrlCode,
  type RevocationReason,
} from "./revocation-reason.ts";
import type { Revocation, RevocationRegister, StatusChange } from "./revocation-register.ts";
import {
  signingIdentity,
  type CertificateWithKey,
  type SigningIdentity,
  type StatusAuthority,
} from "./signing-identity.ts";
import { checkUrl } from "./status-location.ts";

/** What a list covers, and for how long. By default everything that the authority revoked, for a day. */
export interface CrlOptions {
  /** A Date or epoch milliseconds, by default now. */
  readonly thisUpdate?: Date | number;
  /** A Date or epoch milliseconds. */
  readonly nextUpdate?: Date | number;
  /** Milliseconds from `thisUpdate`, by default a day; in place of `nextUpdate`. */
  readonly validityMs?: number;
  /** The list's number, by default one more than the last; never less than the last. */
  readonly number?: number;
  /** Makes a delta list (RFC 5280 5.2.4): what changed since the complete list of this number. */
  readonly deltaFrom?: number;
  /** Where this part of the lists is. What was issued into other parts is left out. */
  readonly distributionPoint?: string;
  /** Covers one kind of certificates alone; attribute certificates are never issued here. */
  readonly only?: "users" | "authorities" | "attributes";
  /** Covers some reasons alone; `unspecified` belongs to no such list. */
  readonly onlyReasons?: readonly RevocationReason[];
  /** Where the delta list to this list is (RFC 5280 5.2.6). */
  readonly freshestCrl?: string;
  /** Who signs in the authority's place: the certificate of `issueCrlSigner`. Makes the list indirect. */
  readonly signer?: CertificateWithKey;
}

/** A signed list. */
export interface RevocationList {
  readonly der: Uint8Array;
  /** RFC 7468 6. */
  readonly pem: string;
  readonly number: number;
  /** The number of the complete list below a delta list. */
  readonly deltaFrom: number | undefined;
  /** Epoch milliseconds, a whole second. */
  readonly thisUpdate: number;
  /** Epoch milliseconds, a whole second. */
  readonly nextUpdate: number;
  readonly entryCount: number;
}

const crlOptions = [
  "thisUpdate",
  "nextUpdate",
  "validityMs",
  "number",
  "deltaFrom",
  "distributionPoint",
  "only",
  "onlyReasons",
  "freshestCrl",
  "signer",
] as const satisfies readonly (keyof CrlOptions)[];

const oids = {
  crlNumber: "2.5.29.20",
  reasonCode: "2.5.29.21",
  invalidityDate: "2.5.29.24",
  deltaCrlIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  certificateIssuer: "2.5.29.29",
  authorityKeyIdentifier: "2.5.29.35",
  freshestCrl: "2.5.29.46",
} as const;

const usualValidityMs = 86_400_000;
const critical = { critical: true } as const;
const flagYes = Buffer.of(0xff);

interface Scope {
  readonly distributionPoint: string | undefined;
  readonly only: CrlOptions["only"];
  readonly onlyReasons: readonly RevocationReason[] | undefined;
  readonly indirect: boolean;
}

/** Writes and signs a version 2 list (RFC 5280 5). The register is read before the first wait. */
export async function createRevocationList(
  options: CrlOptions,
  { clock, identity, register }: StatusAuthority,
): Promise<RevocationList> {
  checkKnownOptions(options, crlOptions);
  const { deltaFrom } = options;
  const signer = options.signer === undefined ? identity : crlSigner(options.signer);
  const scope: Scope = { ...checkScope(options), indirect: signer !== identity };
  const freshestCrl = checkFreshestCrl(options);
  const { thisUpdate, nextUpdate } = updateTimes(options, clock());
  const number = takeNumber(options, register);
  const entries = [...register.changes()]
    .filter((change) => change.firstNumber > (deltaFrom ?? 0) && isInScope(change, scope, register))
    .map((change) => entryOf(change, deltaFrom !== undefined))
    .filter((entry) => entry !== undefined);
  const tbs = sequence(
    Buffer.of(0x02, 0x01, 0x01),
    signer.signatureAlgorithm,
    signer.name,
    time(thisUpdate),
    time(nextUpdate),
    ...revokedCertificates(scope.indirect ? withIssuer(entries, identity) : entries),
    element(0xa0, sequence(...listExtensions({ signer, number, deltaFrom, scope, freshestCrl }))),
  );
  const der = sequence(tbs, signer.signatureAlgorithm, bitString(await signer.sign(tbs)));
  return Object.freeze({
    der,
    pem: toPem("X509 CRL", der),
    number,
    deltaFrom,
    thisUpdate,
    nextUpdate,
    entryCount: entries.length,
  });
}

/** In an indirect list the issuer that the first entry names holds for all after it (RFC 5280 5.3.3). */
function withIssuer(
  [first, ...others]: readonly Entry[],
  { name }: SigningIdentity,
): readonly Entry[] {
  if (first === undefined) return [];
  const issuer = extension(oids.certificateIssuer, sequence(directoryName(name)), critical);
  return [{ ...first, extensions: [...first.extensions, issuer] }, ...others];
}

/** RFC 5280 5.1.2.6: no entries, no list of them. */
function revokedCertificates(entries: readonly Entry[]): readonly Uint8Array[] {
  // Joined here, since arguments have a limit.
  return entries.length === 0 ? [] : [sequence(Buffer.concat(entries.map(encodeEntry)))];
}

function listExtensions({
  signer,
  number,
  deltaFrom,
  scope,
  freshestCrl,
}: {
  readonly signer: SigningIdentity;
  readonly number: number;
  readonly deltaFrom: number | undefined;
  readonly scope: Scope;
  readonly freshestCrl: string | undefined;
}): readonly Uint8Array[] {
  return [
    extension(oids.authorityKeyIdentifier, sequence(element(0x80, signer.keyIdentifier))),
    extension(oids.crlNumber, wholeNumber(number)),
    ...(deltaFrom === undefined
      ? []
      : [extension(oids.deltaCrlIndicator, wholeNumber(deltaFrom), critical)]),
    ...issuingDistributionPoint(scope),
    ...(freshestCrl === undefined ? [] : [freshestCrlExtension(freshestCrl)]),
  ];
}

function crlSigner(holder: CertificateWithKey): SigningIdentity {
  const usage = new x509.X509Certificate(holder.der).getExtension(x509.KeyUsagesExtension);
  // RFC 5280 4.2.1.3: who signs lists must be allowed to.
  if (((usage?.usages ?? 0) & x509.KeyUsageFlags.cRLSign) === 0) {
    throw new PkiError("signer", `"signer" may not sign lists. Make one with issueCrlSigner().`);
  }
  return signingIdentity("signer", holder);
}

function checkScope(options: CrlOptions): Omit<Scope, "indirect"> {
  const { distributionPoint, only, onlyReasons } = options;
  if (distributionPoint !== undefined) checkUrl("distributionPoint", distributionPoint);
  if (only !== undefined) checkChoice("only", only, ["users", "authorities", "attributes"]);
  if (onlyReasons !== undefined) checkReasons(onlyReasons);
  return { distributionPoint, only, onlyReasons };
}

function checkReasons(reasons: unknown): void {
  if (!Array.isArray(reasons) || reasons.length === 0) {
    throw new PkiError("onlyReasons", `"onlyReasons" is not a list of reasons. Leave it out.`);
  }
  for (const reason of reasons) {
    if (reasonFlag(checkReason("onlyReasons", reason)) !== undefined) continue;
    throw new PkiError(
      "onlyReasons",
      `"onlyReasons" holds "unspecified", which RFC 5280 4.2.1.13 has no flag for. Leave it out.`,
    );
  }
}

function checkFreshestCrl({ freshestCrl, deltaFrom }: CrlOptions): string | undefined {
  if (freshestCrl === undefined) return undefined;
  // RFC 5280 5.2.6: a delta list has no delta list.
  if (deltaFrom === undefined) return checkUrl("freshestCrl", freshestCrl);
  throw new PkiError("freshestCrl", `"freshestCrl" is for complete lists. Leave it out here.`);
}

function updateTimes(
  options: CrlOptions,
  nowMs: number,
): { readonly thisUpdate: number; readonly nextUpdate: number } {
  const { validityMs = usualValidityMs } = options;
  if (options.nextUpdate !== undefined && options.validityMs !== undefined) {
    throw new PkiError(
      "validityMs",
      `"validityMs" stands beside "nextUpdate". Give one of the two.`,
    );
  }
  const thisUpdate =
    options.thisUpdate === undefined
      ? wholeSeconds(nowMs)
      : moment("thisUpdate", options.thisUpdate);
  const [option, end] =
    options.nextUpdate === undefined
      ? (["validityMs", thisUpdate + validityMs] as const)
      : (["nextUpdate", options.nextUpdate] as const);
  const nextUpdate = moment(option, end);
  if (nextUpdate > thisUpdate) return { thisUpdate, nextUpdate };
  throw new PkiError(
    option,
    `"${option}" ends the list at ${iso(nextUpdate)}, not after "thisUpdate" ` +
      `(${iso(thisUpdate)}). Give a later end.`,
  );
}

function takeNumber({ number, deltaFrom }: CrlOptions, register: RevocationRegister): number {
  if (deltaFrom !== undefined && !(Number.isSafeInteger(deltaFrom) && deltaFrom >= 1)) {
    throw new PkiError(
      "deltaFrom",
      `"deltaFrom" is not a list's number. Give the "number" of a complete list.`,
    );
  }
  if (deltaFrom !== undefined && deltaFrom > register.lastNumber()) {
    throw new PkiError(
      "deltaFrom",
      `"deltaFrom" ${deltaFrom} is a list that is not made yet. Make the complete list first.`,
    );
  }
  return register.takeNumber(number);
}

/** Left out is only what is known to be on another list: a wrong entry refuses less harm than a missing one. */
function isInScope(change: StatusChange, scope: Scope, register: RevocationRegister): boolean {
  const { distributionPoint, only, onlyReasons } = scope;
  const reason = change.revocation?.reason ?? "certificateHold";
  if (onlyReasons !== undefined && !onlyReasons.includes(reason)) return false;
  const issued = register.issued(change.serialNumber);
  if (issued === undefined) return true;
  if (only !== undefined && only !== { user: "users", authority: "authorities" }[issued.kind]) {
    return false;
  }
  const places = issued.crlDistributionPoints;
  return (
    distributionPoint === undefined || places.length === 0 || places.includes(distributionPoint)
  );
}

interface Entry {
  readonly serialNumber: string;
  readonly date: number;
  readonly extensions: readonly Uint8Array[];
}

function entryOf(change: StatusChange, isDelta: boolean): Entry | undefined {
  const { serialNumber, revocation } = change;
  if (revocation !== undefined) {
    return { serialNumber, date: revocation.date, extensions: entryExtensions(revocation) };
  }
  // RFC 5280 5.3.1: only a delta list takes entries back.
  if (!isDelta) return undefined;
  const reason = reasonExtension(removeFromCrlCode);
  return { serialNumber, date: change.restoredAt, extensions: [reason] };
}

function entryExtensions({ reason, invalidityDate }: Revocation): readonly Uint8Array[] {
  return [
    // RFC 5280 5.3.1: unspecified should be left out.
    ...(reason === "unspecified" ? [] : [reasonExtension(reasonCode(reason))]),
    ...(invalidityDate === undefined
      ? []
      : [extension(oids.invalidityDate, generalizedTime(invalidityDate))]),
  ];
}

function reasonExtension(code: number): Uint8Array {
  return extension(oids.reasonCode, enumerated(code));
}

function encodeEntry({ serialNumber, date, extensions }: Entry): Buffer {
  return sequence(
    unsignedInteger(serialNumber),
    time(date),
    ...(extensions.length === 0 ? [] : [sequence(...extensions)]),
  );
}

function issuingDistributionPoint(scope: Scope): readonly Uint8Array[] {
  const { distributionPoint, only, onlyReasons, indirect } = scope;
  const parts = [
    ...(distributionPoint === undefined
      ? []
      : [element(0xa0, element(0xa0, uriName(distributionPoint)))]),
    ...(only === "users" ? [element(0x81, flagYes)] : []),
    ...(only === "authorities" ? [element(0x82, flagYes)] : []),
    ...(onlyReasons === undefined
      ? []
      : [
          namedBits(
            0x83,
            onlyReasons.map(reasonFlag).filter((flag) => flag !== undefined),
          ),
        ]),
    ...(indirect ? [element(0x84, flagYes)] : []),
    ...(only === "attributes" ? [element(0x85, flagYes)] : []),
  ];
  // RFC 5280 5.2.5: never an empty one.
  if (parts.length === 0) return [];
  return [extension(oids.issuingDistributionPoint, sequence(...parts), critical)];
}

function freshestCrlExtension(url: string): Uint8Array {
  const place = element(0xa0, element(0xa0, uriName(url)));
  return extension(oids.freshestCrl, sequence(sequence(place)));
}

function wholeNumber(value: number): Buffer {
  const digits = value.toString(16);
  return unsignedInteger(digits.length % 2 === 0 ? digits : `0${digits}`);
}
