import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { tryParse } from "../asn1/try-parse.ts";
import { asBuffer, equalBytes } from "../base/bytes.ts";
import { CrlEntries } from "./crl-entries.ts";
import { noCrlExtensions, readCrlExtensions, type CrlExtensions } from "./crl-extensions.ts";
import { DistinguishedName } from "./distinguished-name.ts";
import { ListSignature } from "./list-signature.ts";
import type { PublicKey } from "./public-key.ts";
import {
  noLegacy,
  parseSignatureAlgorithm,
  type LegacyAlgorithm,
  type SignatureAlgorithm,
  type SignatureVerdict,
} from "./signature.ts";
import { doAtOnce, letOthersRun, type Pause } from "../base/sliced-work.ts";
import { readTime } from "./time.ts";

/** The longest field besides the entries, in octets: reading one must not take so long that others wait. */
const longestField = 262_144;

/**
 * A certificate revocation list as it is written (RFC 5280 5.1). That it was parsed says nothing about whether it can be
 * trusted, or is current. Its bytes are kept for its signature only, and not longer than `release` says.
 */
export class CertificateList {
  readonly version: 1 | 2;
  readonly issuer: DistinguishedName;
  /** Epoch milliseconds. */
  readonly thisUpdate: number;
  /** Epoch milliseconds; the list is current up to and including this second. */
  readonly nextUpdate: number;
  readonly entries: CrlEntries;
  readonly extensions: CrlExtensions;
  /** Undefined when the engine does not know it; `isAcceptedAlgorithm` says whether it counts. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** Whether the signed and the unsigned algorithm identifier are the same bytes (RFC 5280 5.1.1.2). */
  readonly signatureAlgorithmsMatch: boolean;
  readonly signature: Buffer;
  readonly #signature: ListSignature;

  private constructor(fields: ListFields, signed: Buffer) {
    this.version = fields.version;
    this.issuer = fields.issuer;
    this.thisUpdate = fields.thisUpdate;
    this.nextUpdate = fields.nextUpdate;
    this.entries = fields.entries;
    this.extensions = fields.extensions;
    this.signatureAlgorithm = fields.signatureAlgorithm;
    this.signatureAlgorithmsMatch = fields.signatureAlgorithmsMatch;
    this.signature = fields.signature;
    this.#signature = new ListSignature(fields.signatureAlgorithm, signed, fields.signature);
  }

  /** Reads a list, and yields after every slice; throws `DerError`. Nobody may change the bytes any more. */
  static *read(der: Buffer): Generator<undefined, CertificateList, undefined> {
    const outer = DerReader.of(der);
    const list = outer.read(tags.sequence);
    outer.finish();
    const signed = list.readWhole(tags.sequence);
    const outerAlgorithm = list.readWhole(tags.sequence);
    const signature = copyOf(list.readOctetAlignedBits());
    list.finish();

    const tbs = DerReader.of(signed).read(tags.sequence);
    const version = readVersion(tbs);
    const innerAlgorithm = tbs.readWhole(tags.sequence);
    const issuer = DistinguishedName.read(DerReader.of(copyOf(tbs.readWhole(tags.sequence))));
    if (issuer.isEmpty) throw new DerError("the issuer is empty");
    const thisUpdate = readDate(tbs, "thisUpdate");
    const nextUpdate = readDate(tbs, "nextUpdate");
    const revoked = tbs.nextTag === tags.sequence ? tbs.readWhole(tags.sequence) : undefined;
    const entries = yield* CrlEntries.read(revoked, { version, signature });
    const extensions = readOptionalExtensions(tbs, version);
    tbs.finish();

    const signatureAlgorithmsMatch = equalBytes(innerAlgorithm, outerAlgorithm);
    const signatureAlgorithm = parseSignatureAlgorithm(innerAlgorithm);
    return new CertificateList(
      {
        version,
        issuer,
        thisUpdate,
        nextUpdate,
        entries,
        extensions,
        signatureAlgorithm,
        signatureAlgorithmsMatch,
        signature,
      },
      signed,
    );
  }

  /** RFC 5280 5.2.4: it only holds what changed since a complete list. */
  get isDelta(): boolean {
    return this.extensions.baseCrlNumber !== undefined;
  }

  /** Whether this key has signed it; a weak hash only counts where `legacy` names it. Verdicts are remembered. */
  verify(key: PublicKey, legacy: ReadonlySet<LegacyAlgorithm> = noLegacy): SignatureVerdict {
    return this.#signature.verify(key, legacy);
  }

  /** As `verify`, with pauses. */
  verifyInSlices(
    key: PublicKey,
    legacy: ReadonlySet<LegacyAlgorithm> = noLegacy,
    pause: Pause = letOthersRun,
  ): Promise<SignatureVerdict> {
    return this.#signature.verifyInSlices(key, legacy, pause);
  }

  /** What `verify` would say, where that takes no check of a signature; undefined where it does. */
  knownVerdict(
    key: PublicKey,
    legacy: ReadonlySet<LegacyAlgorithm> = noLegacy,
  ): SignatureVerdict | undefined {
    return this.#signature.knownVerdict(key, legacy);
  }

  /**
   * Lets go of the bytes once a key was found to have signed them: every key that was not asked about before has not, then. Without
   * such a key nothing happens.
   */
  release(): void {
    this.#signature.release();
  }
}

type ListFields = Pick<
  CertificateList,
  | "version"
  | "issuer"
  | "thisUpdate"
  | "nextUpdate"
  | "entries"
  | "extensions"
  | "signatureAlgorithm"
  | "signatureAlgorithmsMatch"
  | "signature"
>;

/** Parses one CRL; a string says what is wrong with the bytes. The bytes are copied: later changes don't matter. */
export function parseCertificateList(der: Uint8Array): CertificateList | string {
  const bytes = Buffer.from(asBuffer(der));
  const list = tryParse(() => doAtOnce(CertificateList.read(bytes)));
  return list instanceof DerError ? list.message : list;
}

/** What is kept must not hold the whole list in memory. */
function copyOf(part: Buffer): Buffer {
  if (part.length > longestField) throw new DerError("a field is too long");
  return Buffer.from(part);
}

/** RFC 5280 5.1.2.1: there are version 1, which has no field for it, and version 2, which is written as 1. */
function readVersion(tbs: DerReader): 1 | 2 {
  if (tbs.nextTag !== tags.integer) return 1;
  if (tbs.readSmallInteger() !== 1) throw new DerError("the version is none that CRLs have");
  return 2;
}

/**
 * RFC 5280 5.1.2.4 and 5.1.2.5: both dates are there, as UTCTime up to the year 2049. A list without an end would stay
 * current for ever.
 */
function readDate(tbs: DerReader, name: string): number {
  if (tbs.nextTag !== tags.utcTime && tbs.nextTag !== tags.generalizedTime) {
    throw new DerError(`${name} is missing`);
  }
  const { milliseconds, isCanonical } = readTime(tbs);
  if (!isCanonical) throw new DerError(`${name} is not in the form for its year`);
  return milliseconds;
}

function readOptionalExtensions(tbs: DerReader, version: number): CrlExtensions {
  const tag = contextConstructed(0);
  if (tbs.nextTag !== tag) return noCrlExtensions;
  const wrapper = DerReader.of(copyOf(tbs.readWhole(tag))).read(tag);
  if (version === 1) throw new DerError("only version 2 has extensions");
  const extensions = readCrlExtensions(wrapper.read(tags.sequence));
  wrapper.finish();
  return extensions;
}
