import { ConfigError } from "../../base/config-error.ts";
import { printValue } from "../../base/print-value.ts";
import { readObject } from "../../base/read-option.ts";
import { parseSha256 } from "../../base/sha256-text.ts";
import { DerError } from "../../asn1/der-error.ts";
import { DerReader } from "../../asn1/der-reader.ts";
import { tryParse } from "../../asn1/try-parse.ts";
import { parseBlock, readBlocks, type InputBlock } from "../../path/certificate-input.ts";
import { PublicKey } from "../../x509/public-key.ts";
import { issuerNameKey } from "./issuer-name-key.ts";
import { keyPins } from "./key-pins.ts";
import { serialNumberKey } from "./serial-number-key.ts";

/** What an entry denies: one certificate by its issuer and serial number, every certificate of a key, or one by its bytes. */
export type DenySelector =
  | {
      /**
       * The authority: its certificate (PEM or DER), the SHA-256 pin of its public key, or its name as RFC 4514 text (the `issuer` of
       * a `ClientIdentity`; the order of `openssl x509 -issuer` will do as well).
       */
      readonly issuer: string | Uint8Array;
      /** Hex, as `openssl x509 -serial` prints it; colons, upper case and leading zeros do not matter. */
      readonly serialNumber: string;
    }
  | {
      /** A certificate of the key or the key itself (PEM), a certificate as DER, or the key's SHA-256 pin in base64 or hex. */
      readonly publicKey: string | Uint8Array;
    }
  | {
      /**
       * SHA-256 of the certificate in hex. Prefer the other two: where an ECDSA key signed, whoever holds a certificate can turn its
       * signature (r, s) into (r, n-s), which is as valid and has another fingerprint. That one twin is denied as well, but
       * only where the certificate's issuer is known.
       */
      readonly fingerprint: string;
    };

/** What may be said about an entry. It decides nothing. */
export interface DenyRemarks {
  readonly reason?: string;
  /** When it was denied: ISO 8601, or epoch milliseconds. A date in the future delays nothing. */
  readonly date?: string | number;
  readonly comment?: string;
}

export type DenyEntryInput = DenySelector & DenyRemarks;

/** An entry as a list keeps it. Bytes have become text: certificates PEM, hashes lower-case hex. */
export interface DenyEntry {
  readonly issuer?: string;
  readonly serialNumber?: string;
  readonly publicKey?: string;
  readonly fingerprint?: string;
  readonly reason?: string;
  /** ISO 8601. */
  readonly date?: string;
  readonly comment?: string;
}

/** An entry, and what it is found by. */
export interface ReadEntry {
  readonly entry: DenyEntry;
  /** A certificate that has one of these keys is denied. */
  readonly keys: readonly string[];
  /** Names of what it denies, the one that says most first: entries are about the same where one has the other's first. */
  readonly names: readonly string[];
}

/** The keys by which entries are found: one function for each, for both sides to use. */
export const denyKeys = {
  issuerName: (name: string, serial: string) => `name ${serial} ${name}`,
  issuerKey: (pin: string, serial: string) => `issuer ${serial} ${pin}`,
  /** For certificates whose issuer is not known, so that its key cannot be compared. */
  orphan: (name: string, serial: string) => `orphan ${serial} ${name}`,
  anyOrphan: (serial: string) => `orphan ${serial}`,
  publicKey: (pin: string) => `key ${pin}`,
  fingerprint: (hash: string) => `fingerprint ${hash}`,
};

const selectorNames = ["issuer", "serialNumber", "publicKey", "fingerprint"] as const;
const remarkNames = ["reason", "date", "comment"] as const;
const entryNames = [...selectorNames, ...remarkNames];
const example = '{ issuer: "CN=My CA", serialNumber: "0A1B" }';
const longestRemark = 1_000;

/** Reads an entry. Every fault is a `ConfigError`: an entry that denies nobody would be a safeguard left out. */
export function readDenyEntry(
  input: unknown,
  option: string,
  issuers = new IssuerReader(),
): ReadEntry {
  const given = readObject(input, entryNames, option, example);
  const remarks = {
    ...readText(given.reason, `${option}.reason`, "reason"),
    ...readDate(given.date, `${option}.date`),
    ...readText(given.comment, `${option}.comment`, "comment"),
  };
  const { entry, ...found } = readSelector(given, option, issuers);
  return { entry: Object.freeze({ ...entry, ...remarks }), ...found };
}

/** Reads what is to be restored: an entry without remarks. */
export function readDenySelector(input: unknown, option: string): ReadEntry {
  return readSelector(
    readObject(input, selectorNames, option, example),
    option,
    new IssuerReader(),
  );
}

type GivenSelector = Readonly<Partial<Record<(typeof selectorNames)[number], unknown>>>;

function readSelector(given: GivenSelector, option: string, issuers: IssuerReader): ReadEntry {
  const names = selectorNames.filter((name) => given[name] !== undefined);
  switch (names.join()) {
    case "issuer,serialNumber":
      return readSerial(given, option, issuers);
    case "publicKey":
      return readKey(given.publicKey, `${option}.publicKey`);
    case "fingerprint":
      return readFingerprint(given.fingerprint, `${option}.fingerprint`);
    default:
      throw new ConfigError(
        option,
        names.length === 0 ? "does not say what is denied" : `has ${names.join(" and ")}`,
        "Write issuer and serialNumber, or publicKey, or fingerprint; each in an entry of its own.",
      );
  }
}

function readSerial(given: GivenSelector, option: string, issuers: IssuerReader): ReadEntry {
  const text = given.serialNumber;
  const serial = typeof text === "string" ? serialNumberKey(text) : undefined;
  if (serial === undefined) {
    throw new ConfigError(
      `${option}.serialNumber`,
      `${printValue(text)} is not a serial number`,
      "Write it as text in hex: openssl x509 -noout -serial.",
    );
  }
  const { text: issuer, name, pin } = issuers.read(given.issuer, `${option}.issuer`);
  const entry = { issuer, serialNumber: serial };
  const byName = name === undefined ? [] : [denyKeys.issuerName(name, serial)];
  if (pin === undefined) return { entry, keys: byName, names: byName };
  const byKey = denyKeys.issuerKey(pin, serial);
  // A key is more than a name, which another authority may have.
  const orphan = name === undefined ? denyKeys.anyOrphan(serial) : denyKeys.orphan(name, serial);
  return { entry, keys: [byKey, orphan], names: [byKey, ...byName] };
}

interface ReadIssuer {
  /** As the list keeps it. */
  readonly text: string;
  readonly name: string | undefined;
  readonly pin: string | undefined;
}

/** Reads issuers; a list names few, each many times. */
export class IssuerReader {
  readonly #known = new Map<string, ReadIssuer>();

  read(input: unknown, option: string): ReadIssuer {
    if (typeof input !== "string") return readIssuer(input, option);
    const known = this.#known.get(input) ?? readIssuer(input, option);
    this.#known.set(input, known);
    return known;
  }
}

function readIssuer(input: unknown, option: string): ReadIssuer {
  if (isMaterial(input)) {
    const block = readBlock(input, option, ["CERTIFICATE"]);
    const { publicKey, subject } = parseBlock(block);
    // The usual form comes last: every certificate of the authority has it.
    const pin = keyPins(publicKey).at(-1);
    return { text: pemOf(block), name: issuerNameKey(subject.text), pin };
  }
  const text = readString(input, option).trim();
  const pin = parseSha256(text);
  if (pin !== undefined) return { text: `sha256:${pin}`, name: undefined, pin };
  const name = issuerNameKey(text);
  if (name !== undefined) return { text, name, pin: undefined };
  throw new ConfigError(
    option,
    `${printValue(text)} is not the name of an authority`,
    'Write it as RFC 4514 text, such as "CN=My CA,O=Example", or pass the certificate of the authority.',
  );
}

function readKey(input: unknown, option: string): ReadEntry {
  const pins = isMaterial(input) ? readKeyPins(input, option) : [readPin(input, option)];
  const pin = pins.at(-1) as string;
  const keys = pins.map(denyKeys.publicKey);
  return { entry: { publicKey: `sha256:${pin}` }, keys, names: keys };
}

/** The usual form comes last. */
function readKeyPins(input: string | Uint8Array, option: string): readonly string[] {
  const block = readBlock(input, option, ["CERTIFICATE", "PUBLIC KEY"]);
  if (block.label === "CERTIFICATE") return keyPins(parseBlock(block).publicKey);
  const key = tryParse(() => PublicKey.read(DerReader.of(block.bytes)));
  if (!(key instanceof DerError)) return keyPins(key);
  throw new ConfigError(
    block.origin,
    `the public key is malformed: ${key.message}`,
    "Export it again: openssl x509 -pubkey.",
  );
}

function readFingerprint(input: unknown, option: string): ReadEntry {
  const hash = readPin(input, option);
  const keys = [denyKeys.fingerprint(hash)];
  return { entry: { fingerprint: hash }, keys, names: keys };
}

function readPin(input: unknown, option: string): string {
  const hash = parseSha256(readString(input, option));
  if (hash !== undefined) return hash;
  throw new ConfigError(
    option,
    `${printValue(input)} is not a SHA-256 value`,
    "Write 64 hex digits (colons allowed) or base64.",
  );
}

/** PEM or DER. Other strings are not taken for paths: a list may come from elsewhere. */
function isMaterial(input: unknown): input is string | Uint8Array {
  return input instanceof Uint8Array || (typeof input === "string" && input.includes("-----BEGIN"));
}

function readBlock(
  input: string | Uint8Array,
  option: string,
  labels: readonly string[],
): InputBlock {
  const blocks = readBlocks(input, option);
  const [block] = blocks;
  if (block !== undefined && blocks.length === 1 && labels.includes(block.label)) return block;
  throw new ConfigError(
    option,
    `is not one ${labels.join(" or ")} block`,
    "Pass exactly one, without its key and the certificates above it.",
  );
}

function pemOf({ label, bytes }: InputBlock): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) as string[];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function readString(input: unknown, option: string): string {
  if (typeof input === "string") return input;
  throw new ConfigError(option, `${printValue(input)} is not text`, "Write it in quotes.");
}

function readText<Name extends string>(
  input: unknown,
  option: string,
  name: Name,
): { readonly [Key in Name]?: string } {
  if (input === undefined) return {};
  const text = readString(input, option);
  if (text.length <= longestRemark) return { [name]: text } as { [Key in Name]: string };
  throw new ConfigError(option, `is longer than ${longestRemark} characters`, "Shorten it.");
}

function readDate(input: unknown, option: string): { readonly date?: string } {
  if (input === undefined) return {};
  const isDate =
    typeof input === "number" || (typeof input === "string" && /^\d{4}-\d\d-\d\d/.test(input));
  const date = new Date(isDate ? input : NaN);
  if (!Number.isNaN(date.getTime())) return { date: date.toISOString() };
  throw new ConfigError(
    option,
    `${printValue(input)} is not a date`,
    'Write it as ISO 8601, such as "2026-01-31T12:00:00Z", or as epoch milliseconds.',
  );
}
