import { isIPv4, isIPv6 } from "node:net";

import { ConfigError } from "../base/config-error.ts";
import { printValue } from "../base/print-value.ts";
import { isNumericHost, readHostName } from "../x509/host-name.ts";

/** A host that may be asked, as the operator wrote it down. */
export interface AllowedHost {
  /** As the URL parser prints it: in lower case, IPv6 in brackets. */
  readonly host: string;
  /** Hosts with exactly one label more. */
  readonly below: boolean;
  /** Undefined: the default port of the scheme. */
  readonly port: number | undefined;
}

/** `host`, `*.host`, `host:port` or an IP address. */
export function readAllowedHost(value: unknown, option: string): AllowedHost {
  const allowed = typeof value === "string" ? parseAllowedHost(value) : undefined;
  if (allowed !== undefined) return allowed;
  throw new ConfigError(
    option,
    `${printValue(value)} is not a host`,
    'Write it without scheme and path and in ASCII, such as "crl.corp.example", "*.pki.corp.example" or "crl.corp.example:8080".',
  );
}

function parseAllowedHost(text: string): AllowedHost | undefined {
  const bracketed = isIPv6(text) ? `[${text}]` : text;
  const parts = /^(\*\.)?(\[[^\]%]+\]|[^:[\]]+)(?::([1-9]\d{0,4}))?$/.exec(bracketed);
  if (parts === null) return undefined;
  const [, wildcard, name = "", portText] = parts;
  const host = canonicalHost(name);
  const below = wildcard !== undefined;
  const port = portText === undefined ? undefined : Number(portText);
  if (host === undefined || (port !== undefined && port > 65_535)) return undefined;
  // Below an address there is nothing, and below a top-level domain there is everybody.
  if (below && (isAddress(host) || !host.includes("."))) return undefined;
  return { host, below, port };
}

function canonicalHost(name: string): string | undefined {
  if (isAddress(name)) return new URL(`http://${name}`).hostname;
  // Otherwise 0x7f.1 would look like a name and be 127.0.0.1.
  return isNumericHost(name) ? undefined : readHostName(name);
}

function isAddress(host: string): boolean {
  return addressOf(host) !== undefined;
}

/** The address that a host as URLs have it is; undefined for a name. */
export function addressOf(host: string): string | undefined {
  const bare = host.startsWith("[") ? host.slice(1, -1) : host;
  return isIPv4(host) || (bare !== host && isIPv6(bare)) ? bare : undefined;
}

/** The host that a URL names. */
export function allowedHostOf(url: URL): AllowedHost {
  const port = url.port === "" ? undefined : Number(url.port);
  return { host: url.hostname, below: false, port };
}

export function allowsUrl(allowed: AllowedHost, url: URL): boolean {
  return allowsName(allowed, url.hostname) && allowsPort(allowed, url);
}

function allowsName(allowed: AllowedHost, host: string): boolean {
  if (!allowed.below) return host === allowed.host;
  const firstDot = host.indexOf(".");
  return firstDot > 0 && host.slice(firstDot + 1) === allowed.host;
}

function allowsPort(allowed: AllowedHost, url: URL): boolean {
  // The URL parser leaves out the scheme's default port.
  if (allowed.port === undefined) return url.port === "";
  const defaultPort = url.protocol === "https:" ? 443 : 80;
  return allowed.port === (url.port === "" ? defaultPort : Number(url.port));
}
