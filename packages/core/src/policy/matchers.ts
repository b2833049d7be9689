import { ConfigError } from "../base/config-error.ts";
import { sha256 } from "../base/bytes.ts";
import { checkKeys } from "../base/check-keys.ts";
import { parseSha256 } from "../base/sha256-text.ts";
import type { ClientIdentity } from "../identity/client-identity.ts";
import { readBlocks, type CertificateInput } from "../path/certificate-input.ts";
import { parseCertificate } from "../x509/certificate.ts";
import {
  askMatcher,
  defineMatcher,
  traitsOf,
  type Answer,
  type ClientMatcher,
} from "./client-matcher.ts";
import {
  dnsPattern,
  emailPattern,
  spiffePattern,
  uriPattern,
  type NamePattern,
} from "./name-pattern.ts";

/** Options of the matchers that compare names. */
export interface NameMatcherOptions {
  /** The trust set that has to vouch for the name; needed where there are several and the rule names none. */
  readonly trust?: string;
}

/**
 * The client whose certificate has this SHA-256 fingerprint: hex with or without colons, or base64, with or without
 * `sha256:` in front. It names one certificate; after a renewal the client has another, see `publicKeyPin`.
 */
export function fingerprint(sha256Text: string): ClientMatcher {
  const wanted = requireSha256(sha256Text, "fingerprint");
  return pure(`fingerprint("${sha256Text}")`, (client) => {
    if (client.fingerprint === wanted) return true;
    // The twin is the same certificate with other bytes. It is not the one that was allowed, nor one that may pass a `deny`.
    const isUnclear = client.twinFingerprint === wanted || client.verifiedBy === "key-pin";
    return isUnclear ? undefined : false;
  });
}

/** The client with this public key: SHA-256 of its SubjectPublicKeyInfo, in the forms that `fingerprint` reads. */
export function publicKeyPin(sha256Text: string): ClientMatcher {
  const wanted = Buffer.from(requireSha256(sha256Text, "publicKeyPin"), "hex").toString("base64");
  return pure(`publicKeyPin("${sha256Text}")`, (client) => client.publicKeyPin === wanted);
}

/** The client with this common name, where it counts: `ClientIdentity.commonNameCounts`. */
export function commonName(name: string, options?: NameMatcherOptions): ClientMatcher {
  if (typeof name !== "string" || name === "") {
    throw new ConfigError("commonName", "is not a name", "Pass the common name as a string.");
  }
  return named(
    "commonName",
    name,
    options,
    (client) => client.commonNameCounts && client.commonName === name,
  );
}

/** A client with this DNS name; `*.corp.example` stands for exactly one label before it. */
export function dnsName(pattern: string, options?: NameMatcherOptions): ClientMatcher {
  return namedBy("dnsName", pattern, options, dnsPattern, (client) => client.dnsNames);
}

/** A client with this URI; in its path `*` stands for one segment and a final `**` for any number. */
export function uri(pattern: string, options?: NameMatcherOptions): ClientMatcher {
  return namedBy("uri", pattern, options, uriPattern, (client) => client.uris);
}

/** A client with this e-mail address. */
export function email(address: string, options?: NameMatcherOptions): ClientMatcher {
  return namedBy("email", address, options, emailPattern, (client) => client.emails);
}

/** A client with this SPIFFE ID, in a certificate that is an X509-SVID; wildcards as in `uri`. */
export function spiffe(pattern: string, options?: NameMatcherOptions): ClientMatcher {
  return namedBy("spiffe", pattern, options, spiffePattern, ({ spiffeId }) =>
    spiffeId === undefined ? [] : [spiffeId.id],
  );
}

/** A client that this authority issued: compared is the public key that verified the client's certificate, not a name. */
export function issuer(authority: CertificateInput): ClientMatcher {
  const pin = issuerPin(authority, "issuer");
  return pure("issuer(...)", ({ issuerPublicKeyPin }) =>
    // Nobody verified who issued a pinned certificate.
    issuerPublicKeyPin === undefined ? undefined : issuerPublicKeyPin === pin,
  );
}

/** The certificate with this serial number (hex, with or without colons) of this issuer: serial numbers are only unique per issuer. */
export function serialNumber(
  serial: string,
  options: { readonly issuer: CertificateInput },
): ClientMatcher {
  const digits = typeof serial === "string" ? serial.replace(/^0x/i, "").replaceAll(":", "") : "";
  if (!/^[0-9a-f]{1,40}$/i.test(digits)) {
    throw new ConfigError(
      "serialNumber",
      `${JSON.stringify(serial)} is not a serial number in hex`,
      "Write it as openssl x509 -serial prints it.",
    );
  }
  // Callers without types can leave it out.
  const { issuer: given } = checkKeys({ ...options }, ["issuer"], "serialNumber");
  if (given === undefined) {
    throw new ConfigError(
      "serialNumber",
      "no issuer is named, and another authority may use the same number",
      "Pass { issuer: <the authority's certificate> }.",
    );
  }
  const pin = issuerPin(given, "serialNumber.issuer");
  const wanted = digits.toLowerCase().replace(/^0+(?=.)/, "");
  return pure(`serialNumber("${serial}")`, (client) =>
    client.issuerPublicKeyPin === undefined
      ? undefined
      : client.serialNumber === wanted && client.issuerPublicKeyPin === pin,
  );
}

/** A client that at least one of the matchers means. */
export function anyOf(...matchers: readonly ClientMatcher[]): ClientMatcher {
  return combined("anyOf", matchers, (client) => askUntil(true, matchers, client));
}

/** A client that all of the matchers mean. */
export function allOf(...matchers: readonly ClientMatcher[]): ClientMatcher {
  return combined("allOf", matchers, (client) => askUntil(false, matchers, client));
}

/** A client that the matcher does not mean: it has to say exactly `false`. */
export function not(matcher: ClientMatcher): ClientMatcher {
  return combined("not", [matcher], (client) => {
    const answer = askMatcher(matcher, client);
    return answer === undefined ? undefined : !answer;
  });
}

/** Asks one after the other; the first that gives the decisive answer ends it. */
function askUntil(
  decisive: boolean,
  matchers: readonly ClientMatcher[],
  client: ClientIdentity,
): boolean | undefined {
  let answer: boolean | undefined = !decisive;
  for (const matches of matchers) {
    const next = askMatcher(matches, client);
    if (next === decisive) return next;
    if (next === undefined) answer = undefined;
  }
  return answer;
}

function pure(description: string, matches: Answer): ClientMatcher {
  return defineMatcher({ description, needsTrustSet: false, isPure: true, trustSets: [] }, matches);
}

function named(
  name: string,
  value: string,
  options: NameMatcherOptions | undefined,
  matches: Answer,
): ClientMatcher {
  const { trust } = checkKeys({ ...options }, ["trust"], name);
  if (trust !== undefined && typeof trust !== "string") {
    throw new ConfigError(
      `${name}.trust`,
      "is not the name of a trust set",
      "Pass its name as a string.",
    );
  }
  // Nobody vouches for the names beside a key that is pinned by itself: yes and no would both be guesses.
  const vouched: Answer = (client) =>
    client.verifiedBy === "key-pin" ? undefined : matches(client);
  return defineMatcher(
    {
      description: `${name}(${JSON.stringify(value)})`,
      needsTrustSet: trust === undefined,
      isPure: true,
      trustSets: trust === undefined ? [] : [trust],
    },
    trust === undefined ? vouched : (client) => client.trust === trust && vouched(client),
  );
}

function namedBy(
  name: string,
  pattern: string,
  options: NameMatcherOptions | undefined,
  compile: (pattern: string, option: string) => NamePattern,
  namesOf: (client: ClientIdentity) => readonly string[],
): ClientMatcher {
  if (typeof pattern !== "string") {
    throw new ConfigError(
      name,
      "is not a string",
      "Pass the name, or a pattern of names, as a string.",
    );
  }
  const matches = compile(pattern, name);
  return named(name, pattern, options, (client) => namesOf(client).some(matches));
}

function combined(
  name: string,
  matchers: readonly ClientMatcher[],
  matches: Answer,
): ClientMatcher {
  if (matchers.length === 0) {
    throw new ConfigError(
      name,
      "has no matcher",
      "Pass at least one; an empty list would admit all or none.",
    );
  }
  requireMatchers(matchers, name);
  const traits = matchers.map(traitsOf);
  return defineMatcher(
    {
      description: `${name}(${traits.map(({ description }) => description).join(", ")})`,
      needsTrustSet: traits.some(({ needsTrustSet }) => needsTrustSet),
      isPure: traits.every(({ isPure }) => isPure),
      trustSets: traits.flatMap(({ trustSets }) => trustSets),
    },
    matches,
  );
}

/** Callers without types can pass anything. */
export function requireMatchers(matchers: readonly unknown[], option: string): void {
  for (const [index, matcher] of matchers.entries()) {
    if (typeof matcher === "function") continue;
    throw new ConfigError(
      matchers.length === 1 ? option : `${option}[${index}]`,
      `${JSON.stringify(matcher)} is not a matcher`,
      'Use a matcher such as fingerprint("sha256:...") or a function of the client.',
    );
  }
}

function requireSha256(text: string, option: string): string {
  const hash = typeof text === "string" ? parseSha256(text) : undefined;
  if (hash !== undefined) return hash;
  const isSha1 =
    typeof text === "string" &&
    /^(sha-?1[:/=])?(([0-9a-f]{2}:?){20}|[a-z0-9+/_-]{27}=?)$/i.test(text.trim());
  throw new ConfigError(
    option,
    isSha1
      ? "is a SHA-1 value, which can be forged"
      : `${JSON.stringify(text)} is not a SHA-256 value`,
    "Pass SHA-256 as 64 hex digits (colons allowed) or as base64: openssl x509 -fingerprint -sha256.",
  );
}

function issuerPin(authority: unknown, option: string): string {
  const blocks = readBlocks(authority, option);
  const [block, ...others] = blocks;
  if (block === undefined || others.length > 0) {
    throw new ConfigError(
      option,
      "is not exactly one certificate",
      "Pass the issuer's certificate alone.",
    );
  }
  if (block.label === "PUBLIC KEY") return sha256(block.bytes).toString("base64");
  const certificate = block.label === "CERTIFICATE" ? parseCertificate(block.bytes) : block.label;
  if (typeof certificate === "string") {
    throw new ConfigError(
      option,
      `the certificate is malformed: ${certificate}`,
      "Pass PEM or DER.",
    );
  }
  return sha256(certificate.publicKey.der).toString("base64");
}
