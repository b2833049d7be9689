import { DerError } from "../../asn1/der-error.ts";
import { tryParse } from "../../asn1/try-parse.ts";
import { toHex } from "../../base/bytes.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { twinFingerprint } from "../../x509/signature-twin.ts";
import { denyKeys, type DenyEntry, type ReadEntry } from "./deny-entry.ts";
import { issuerNameKey } from "./issuer-name-key.ts";
import { keyPins } from "./key-pins.ts";
import { withoutZeros } from "./serial-number-key.ts";

/** Entries between two pauses: about 2 ms. */
const entriesPerSlice = 2_000;

/** The entries of a list at one moment, to look certificates up in. It never changes. */
export class DenyIndex {
  readonly items: readonly ReadEntry[];
  readonly #byKey = new Map<string, DenyEntry>();
  #entries: readonly DenyEntry[] | undefined;

  private constructor(items: readonly ReadEntry[]) {
    this.items = items;
  }

  static readonly empty = new DenyIndex([]);

  /** Makes an index in slices: whoever drives it may let others run in between. */
  static *build(items: readonly ReadEntry[]): Generator<undefined, DenyIndex, undefined> {
    const index = new DenyIndex(items);
    for (const [position, { entry, keys }] of items.entries()) {
      if (position % entriesPerSlice === entriesPerSlice - 1) yield;
      for (const key of keys) index.#byKey.set(key, entry);
    }
    return index;
  }

  get entries(): readonly DenyEntry[] {
    this.#entries ??= Object.freeze(this.items.map(({ entry }) => entry));
    return this.#entries;
  }

  /** Without an issuer, what would be compared with its key is denied by name and serial number, or by that alone. */
  find(certificate: Certificate, issuer: Certificate | undefined): DenyEntry | undefined {
    if (this.items.length === 0) return undefined;
    for (const key of keysOf(certificate, issuer)) {
      const entry = this.#byKey.get(key);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** How many entries the other index does not have. */
  countMissingIn(other: DenyIndex): number {
    return this.items.filter(({ keys }) => !keys.every((key) => other.#byKey.has(key))).length;
  }
}

/** What a certificate is looked up by: made once for each, with the issuer that it was made for. */
const knownKeys = new WeakMap<
  Certificate,
  { readonly issuerPin: string | undefined; readonly keys: readonly string[] }
>();
const knownPins = new WeakMap<Certificate, readonly string[]>();

function keysOf(certificate: Certificate, issuer: Certificate | undefined): readonly string[] {
  // A root is its own issuer.
  const authority = issuer ?? (certificate.isSelfIssued ? certificate : undefined);
  const issuerPin = authority === undefined ? undefined : pinsOf(authority)[0];
  const known = knownKeys.get(certificate);
  if (known !== undefined && known.issuerPin === issuerPin) return known.keys;
  const keys = makeKeys(certificate, authority);
  knownKeys.set(certificate, { issuerPin, keys });
  return keys;
}

function makeKeys(certificate: Certificate, authority: Certificate | undefined): readonly string[] {
  const serial = withoutZeros(toHex(certificate.serialNumber));
  // What core prints is always such a text, if not a short one: then no entry has its name.
  const name = issuerNameKey(certificate.issuer.text) ?? "";
  const keys = [
    denyKeys.issuerName(name, serial),
    ...pinsOf(certificate).map(denyKeys.publicKey),
    denyKeys.fingerprint(certificate.fingerprint),
  ];
  if (authority === undefined) {
    return [...keys, denyKeys.orphan(name, serial), denyKeys.anyOrphan(serial)];
  }
  const byIssuer = pinsOf(authority).map((pin) => denyKeys.issuerKey(pin, serial));
  const twin = tryParse(() => twinFingerprint(certificate, authority.publicKey));
  // A signature that is no pair of numbers is not by this key, and no path will lead over it.
  const hasTwin = twin !== undefined && !(twin instanceof DerError);
  return [...keys, ...byIssuer, ...(hasTwin ? [denyKeys.fingerprint(twin)] : [])];
}

function pinsOf(certificate: Certificate): readonly string[] {
  const known = knownPins.get(certificate) ?? keyPins(certificate.publicKey);
  knownPins.set(certificate, known);
  return known;
}
