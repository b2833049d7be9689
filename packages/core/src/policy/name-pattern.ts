import { ConfigError } from "../base/config-error.ts";
import { parseSpiffeId } from "../x509/spiffe-id.ts";

/** Compares a name of the certificate with what an option wrote. */
export type NamePattern = (name: string) => boolean;

const dnsLabel = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;

/**
 * A DNS name, or `*.` and one: the star stands for exactly one label (RFC 9525 6.3). A star within the certificate's
 * own name is a literal and never matches.
 */
export function dnsPattern(pattern: string, option: string): NamePattern {
  const text = pattern.toLowerCase();
  const isWildcard = text.startsWith("*.");
  // As written: a lower-case letter of ASCII may come from one that is not.
  const labels = (isWildcard ? pattern.slice(2) : pattern).split(".");
  if (!labels.every((label) => dnsLabel.test(label)) || text.length > 253) {
    throw new ConfigError(
      option,
      `${JSON.stringify(pattern)} is not a DNS name`,
      'Write "a.corp.example" or "*.corp.example": ASCII (xn-- for others), no final dot, a star only as the whole first label.',
    );
  }
  if (!isWildcard) return (name) => name.toLowerCase() === text;
  if (labels.length < 2) {
    throw new ConfigError(
      option,
      `${JSON.stringify(pattern)} would match a whole top-level domain`,
      "Name at least two labels after the star.",
    );
  }
  const suffix = text.slice(1);
  return (name) => {
    const lower = name.toLowerCase();
    const label = lower.slice(0, -suffix.length);
    return lower.endsWith(suffix) && dnsLabel.test(label);
  };
}

/** An e-mail address: the host without regard to case, the mailbox exactly (RFC 5280 7.5). */
export function emailPattern(address: string, option: string): NamePattern {
  const at = address.lastIndexOf("@");
  if (
    !/^[\x21-\x7e]+$/.test(address) ||
    at < 1 ||
    at === address.length - 1 ||
    address.includes("*")
  ) {
    throw new ConfigError(
      option,
      `${JSON.stringify(address)} is not an e-mail address`,
      'Write one whole address, such as "ops@corp.example".',
    );
  }
  const wanted = foldEmailHost(address);
  return (name) => foldEmailHost(name) === wanted;
}

function foldEmailHost(address: string): string {
  const at = address.lastIndexOf("@");
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

/**
 * A URI: scheme and authority without regard to case, the rest exactly and without decoding. In its path `*` stands for
 * one whole segment and `**`, at the end, for any number of segments.
 */
export function uriPattern(pattern: string, option: string): NamePattern {
  const wanted = splitUri(pattern);
  if (wanted === undefined || wanted.head.includes("*")) {
    throw new ConfigError(
      option,
      `${JSON.stringify(pattern)} is not a URI`,
      'Write it whole, such as "urn:device:42" or "https://corp.example/devices/*"; a star stands for a path segment.',
    );
  }
  const segments = segmentPattern(wanted.segments, pattern, option);
  return (name) => {
    const given = splitUri(name);
    return given !== undefined && given.head === wanted.head && segments(given.segments);
  };
}

/** A SPIFFE ID, with `*` for one segment of its path and `**`, at the end, for any number. */
export function spiffePattern(pattern: string, option: string): NamePattern {
  // A star is no character of an ID; with a letter in its place the pattern has to be one.
  if (parseSpiffeId(pattern.replace(/\/\*\*?(?=\/|$)/g, "/x")) === undefined) {
    throw new ConfigError(
      option,
      `${JSON.stringify(pattern)} is not a SPIFFE ID`,
      'Write "spiffe://corp.example/orders/*": lower-case trust domain, no port, query or percent-encoding; a star is a whole segment.',
    );
  }
  return uriPattern(pattern, option);
}

interface SplitUri {
  /** Scheme and authority in lower case. */
  readonly head: string;
  readonly segments: readonly string[];
}

function splitUri(uri: string): SplitUri | undefined {
  const [, scheme, authority = "", rest] =
    /^([a-z][a-z0-9+.-]*:)(\/\/[^/?#]*)?([\x21-\x7e]*)$/i.exec(uri) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  return { head: (scheme + authority).toLowerCase(), segments: rest.split("/") };
}

function segmentPattern(
  wanted: readonly string[],
  pattern: string,
  option: string,
): (given: readonly string[]) => boolean {
  const isOpen = wanted.at(-1) === "**";
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (fixed.some((segment) => segment.includes("*") && segment !== "*")) {
    throw new ConfigError(
      option,
      `${JSON.stringify(pattern)} has a star within a segment`,
      "A star stands for one whole segment, and ** only at the end for any number of them.",
    );
  }
  return (given) =>
    (isOpen ? given.length >= fixed.length : given.length === fixed.length) &&
    fixed.every((segment, index) =>
      segment === "*" ? given[index] !== "" : given[index] === segment,
    );
}
