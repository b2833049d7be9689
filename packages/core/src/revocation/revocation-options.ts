import type { Clock } from "../base/clock.ts";
import { ConfigError } from "../base/config-error.ts";
import {
  hasMethods,
  isPlainObject,
  readBoolean,
  readChoice,
  readObject,
} from "../base/read-option.ts";
import { printValue } from "../base/print-value.ts";
import type { Timers } from "../base/timers.ts";
import {
  operatorAddresses,
  readCertificateAddresses,
  readOperatorUrl,
  type AddressPolicy,
} from "../network/address-policy.ts";
import { readCertificates, type CertificateInput } from "../path/certificate-input.ts";
import { readStore } from "../store/read-store.ts";
import type { Store } from "../store/store.ts";
import type { Certificate } from "../x509/certificate.ts";
import { createDenyList, type DenyList } from "./deny-list/deny-list.ts";
import { readListInput, type ListInput, type ListOrigin } from "./lists/list-input.ts";
import type { ResponderAddress } from "./ocsp/ocsp-client.ts";

/** How revocations become known, and what an unknown status means. */
export interface RevocationOptions {
  /**
   * What happens where nobody can tell a certificate's status. `"hard"` refuses with 503. `"soft"` lets the client pass with a
   * warning; it forgives nothing but that: no revoked or suspended certificate, none on one's own list, none that a responder
   * says it does not know. `"off"` asks neither lists nor responders. Default: `"hard"`.
   */
  readonly mode?: "hard" | "soft" | "off";
  /** Certificate revocation lists (RFC 5280 5): where they are, or more about them. */
  readonly crl?: ListInput | CrlOptions;
  /** OCSP responders (RFC 6960): their addresses, or more about them. */
  readonly ocsp?: string | readonly string[] | OcspOptions;
  /** One's own lists of denied certificates, made by `createDenyList`; a text is the path of such a list's file. They count in every mode. */
  readonly denied?: DenyList | string | readonly (DenyList | string)[];
  /** Whose word is asked for first where there are lists and responders; a list that is at hand and revokes always counts. Default: `"crl"`. */
  readonly first?: "crl" | "ocsp";
  /** Whether authorities between the client and the root need a status too. Default: `"chain"`. */
  readonly covers?: "chain" | "leaf";
  /** Whether a client's certificate that says there is no information about its revocation needs none (RFC 9608). Default: false. */
  readonly noRevAvail?: boolean;
  /** Clients' certificates that are valid for no longer than this, in milliseconds, need no status. Default: 0, none. */
  readonly shortLivedMs?: number;
  /** How long a request waits for a first answer, in milliseconds. Default: 2,000. */
  readonly timeoutMs?: number;
  /** How long lists and answers count after their nextUpdate, and before their thisUpdate, in milliseconds. Default: 0. */
  readonly toleranceMs?: number;
  /** After how many milliseconds lists and answers are asked for again at the latest, whatever their nextUpdate. Default: an hour. */
  readonly refreshMs?: number;
  /** Which addresses that certificates name may be asked too. Default: none. */
  readonly certificateAddresses?: CertificateAddresses;
  /** Keeps the highest numbers of lists, over restarts and among instances. Default: this process's memory. */
  readonly store?: Store;
}

/** Revocation lists, and what is said of them. */
export interface CrlOptions {
  /** PEM text, DER, paths of files or folders, which are watched, and http(s) addresses, which are asked again in time. */
  readonly from: ListInput;
  /** Certificates that sign lists and are no authority of `trust`. */
  readonly signers?: CertificateInput;
  /** Bytes of one list at most. Default: 100,000,000. */
  readonly maxBytes?: number;
}

/** OCSP responders, and how they are asked. */
export interface OcspOptions {
  /** Addresses, in the order in which they are asked. Default: those in certificates, where `certificateAddresses` allows them. */
  readonly responders?: string | readonly string[];
  /** Certificates whose answers count for every issuer (RFC 6960 4.2.2.2, local configuration). */
  readonly signers?: CertificateInput;
  /** Whether a nonce is sent, and has to come back (RFC 9654). Without one answers may come from a proxy. Default: `"send"`. */
  readonly nonce?: "off" | "send" | "require";
  /** The hash that names issuers in requests; SHA-1 is what every responder knows, and nothing rests on its strength. Default: `"sha1"`. */
  readonly certificateIdHash?: "sha1" | "sha256";
  /** How old an answer without a nextUpdate may be, in milliseconds. Default: 300,000. */
  readonly maxAgeMs?: number;
}

/** Which addresses in certificates are asked: after the chain was verified, over http or https. */
export interface CertificateAddresses {
  /** `"crl.corp.example"`, `"*.pki.corp.example"` (one label), with `:port` where it is not the scheme's own. */
  readonly hosts: readonly string[];
  /** Private networks in which they may be, such as `"10.1.0.0/16"`. Default: public addresses only. */
  readonly networks?: readonly string[];
}

/** The options after reading: complete and immutable. */
export interface RevocationSettings {
  readonly mode: "hard" | "soft" | "off";
  readonly listOrigins: readonly ListOrigin[];
  readonly listSigners: readonly Certificate[];
  readonly maxListBytes: number;
  /** Whether responders are asked at all. */
  readonly asksResponders: boolean;
  readonly responders: readonly ResponderAddress[];
  readonly responderSigners: readonly Certificate[];
  readonly nonce: "off" | "send" | "require";
  readonly certificateIdHash: "sha1" | "sha256";
  readonly maxAgeMs: number;
  readonly denyLists: readonly DenyList[];
  /** Those of them that were made here, and so are closed here. */
  readonly ownDenyLists: readonly DenyList[];
  readonly first: "crl" | "ocsp";
  readonly covers: "chain" | "leaf";
  readonly noRevAvail: boolean;
  readonly shortLivedMs: number;
  readonly timeoutMs: number;
  readonly toleranceMs: number;
  readonly refreshMs: number;
  readonly certificateAddresses: AddressPolicy | undefined;
  readonly store: Store | undefined;
  /** Whether there is anybody who could tell a status. */
  readonly hasSources: boolean;
}

const optionNames = [
  "mode",
  "crl",
  "ocsp",
  "denied",
  "first",
  "covers",
  "noRevAvail",
  "shortLivedMs",
  "timeoutMs",
  "toleranceMs",
  "refreshMs",
  "certificateAddresses",
  "store",
] as const;

const example = '{ crl: "ca.crl" }';
const hourMs = 3_600_000;

/** What lists need that are made here. */
interface ListSurroundings {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** Reads a `revocation` option: every fault is a `ConfigError`. */
export function readRevocation(
  input: unknown,
  option: string,
  surroundings: ListSurroundings,
): RevocationSettings {
  const options = readObject(input, optionNames, option, example);
  const crl = readCrl(options.crl, `${option}.crl`);
  const ocsp = readOcsp(options.ocsp, `${option}.ocsp`);
  const certificateAddresses =
    options.certificateAddresses === undefined
      ? undefined
      : readCertificateAddresses(options.certificateAddresses, `${option}.certificateAddresses`);
  const settings = {
    mode: readChoice(options.mode, ["hard", "soft", "off"] as const, `${option}.mode`),
    ...crl,
    ...ocsp,
    asksResponders: options.ocsp !== undefined,
    certificateAddresses,
    first: readChoice(options.first, ["crl", "ocsp"], `${option}.first`),
    covers: readChoice(options.covers, ["chain", "leaf"], `${option}.covers`),
    noRevAvail: readBoolean(options.noRevAvail, false, `${option}.noRevAvail`),
    shortLivedMs: readCount(options.shortLivedMs, 0, `${option}.shortLivedMs`, 0),
    timeoutMs: readCount(options.timeoutMs, 2_000, `${option}.timeoutMs`, 1),
    toleranceMs: readCount(options.toleranceMs, 0, `${option}.toleranceMs`, 0),
    refreshMs: readCount(options.refreshMs, hourMs, `${option}.refreshMs`, 1_000),
    store: options.store === undefined ? undefined : readStore(options.store, `${option}.store`),
    hasSources:
      crl.listOrigins.length > 0 ||
      options.ocsp !== undefined ||
      certificateAddresses !== undefined,
  };
  checkSense(settings, options.denied !== undefined, option);
  // Last of all, since it begins to watch files: options with a fault should leave nothing behind.
  const denyLists = readDenyLists(options.denied, `${option}.denied`, surroundings);
  const given: readonly unknown[] = [options.denied].flat();
  const ownDenyLists = denyLists.filter((list) => !given.includes(list));
  return Object.freeze({ ...settings, denyLists, ownDenyLists });
}

/** What would silently do nothing is a mistake. */
function checkSense(
  settings: Omit<RevocationSettings, "denyLists" | "ownDenyLists">,
  hasDenyLists: boolean,
  option: string,
): void {
  const { hasSources, responders, certificateAddresses, asksResponders } = settings;
  if (!hasSources && !hasDenyLists) {
    throw new ConfigError(
      option,
      "names nothing that could tell a revocation",
      "Add `crl`, `ocsp`, `certificateAddresses` or `denied`, or leave the option out.",
    );
  }
  if (asksResponders && responders.length === 0 && certificateAddresses === undefined) {
    throw new ConfigError(
      `${option}.ocsp.responders`,
      "names no responder",
      "Write its address, or allow those in certificates by `certificateAddresses`.",
    );
  }
}

function readCrl(
  input: unknown,
  option: string,
): Pick<RevocationSettings, "listOrigins" | "listSigners" | "maxListBytes"> {
  const parts: Readonly<Partial<Record<"from" | "signers" | "maxBytes", unknown>>> = isPlainObject(
    input,
  )
    ? readObject(input, ["from", "signers", "maxBytes"], option, '{ from: "ca.crl" }')
    : { from: input };
  const fromOption = isPlainObject(input) ? `${option}.from` : option;
  if (isPlainObject(input) && parts.from === undefined) {
    throw new ConfigError(fromOption, "is missing", "Say where the lists are.");
  }
  return {
    listOrigins: parts.from === undefined ? [] : readListInput(parts.from, fromOption),
    listSigners: readSigners(parts.signers, `${option}.signers`),
    // A million entries take 38 MB.
    maxListBytes: readCount(parts.maxBytes, 100_000_000, `${option}.maxBytes`, 1),
  };
}

function readSigners(input: unknown, option: string): readonly Certificate[] {
  return input === undefined ? [] : readCertificates(input, option);
}

function readOcsp(
  input: unknown,
  option: string,
): Pick<
  RevocationSettings,
  "responders" | "responderSigners" | "nonce" | "certificateIdHash" | "maxAgeMs"
> {
  const names = ["responders", "signers", "nonce", "certificateIdHash", "maxAgeMs"] as const;
  const parts: Readonly<Partial<Record<(typeof names)[number], unknown>>> =
    input === undefined || isPlainObject(input)
      ? readObject(input ?? {}, names, option, '{ responders: "http://ocsp.corp.example" }')
      : { responders: input };
  const urlOption = isPlainObject(input) ? `${option}.responders` : option;
  const urls = readUrls(parts.responders, urlOption);
  const policy = operatorAddresses(urls);
  return {
    responders: urls.map((url) => ({ url, policy })),
    responderSigners: readSigners(parts.signers, `${option}.signers`),
    nonce: readChoice(parts.nonce, ["off", "send", "require"], `${option}.nonce`, "send"),
    certificateIdHash: readChoice(
      parts.certificateIdHash,
      ["sha1", "sha256"],
      `${option}.certificateIdHash`,
    ),
    maxAgeMs: readCount(parts.maxAgeMs, 300_000, `${option}.maxAgeMs`, 1),
  };
}

function readUrls(input: unknown, option: string): readonly URL[] {
  if (input === undefined) return [];
  if (!Array.isArray(input)) return [readOperatorUrl(input, option)];
  return input.map((url: unknown, index) => readOperatorUrl(url, `${option}[${index}]`));
}

function readDenyLists(
  input: unknown,
  option: string,
  surroundings: ListSurroundings,
): readonly DenyList[] {
  if (input === undefined) return [];
  if (!Array.isArray(input)) return [readDenyList(input, option, surroundings)];
  if (input.length === 0) throw new ConfigError(option, "is empty", "Leave it out.");
  const lists: DenyList[] = [];
  try {
    for (const [index, one] of input.entries()) {
      lists.push(readDenyList(one, `${option}[${index}]`, surroundings));
    }
  } catch (fault) {
    for (const list of lists) if (!input.includes(list)) list.close();
    throw fault;
  }
  return lists;
}

function readDenyList(input: unknown, option: string, surroundings: ListSurroundings): DenyList {
  if (isDenyList(input)) return input;
  if (typeof input === "string") return openDenyList(input, option, surroundings);
  throw new ConfigError(
    option,
    "is not a list of denied certificates",
    "Make one with createDenyList(), or write the path of its file.",
  );
}

/** A fault of the file is told as one of the option that names it. */
function openDenyList(file: string, option: string, { clock, timers }: ListSurroundings): DenyList {
  try {
    return createDenyList({ file, clock, timers });
  } catch (cause) {
    throw new ConfigError(option, "cannot be used", (cause as Error).message, cause);
  }
}

/** A whole number of milliseconds or bytes. */
function readCount(value: unknown, fallback: number, option: string, least: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new ConfigError(
    option,
    `${printValue(value)} is not a whole number from ${least} up`,
    option.endsWith("Ms")
      ? "Write milliseconds, or leave it out."
      : "Write bytes, or leave it out.",
  );
}

function isDenyList(input: unknown): input is DenyList {
  return hasMethods(input, ["find", "ready", "onEvent", "close"]);
}
