import { ConfigError } from "../base/config-error.ts";
import { printValue } from "../base/print-value.ts";
import { readObject } from "../base/read-option.ts";
import {
  addressOf,
  type AllowedHost,
  allowedHostOf,
  allowsUrl,
  readAllowedHost,
} from "./allowed-host.ts";
import { type IpNetwork, isInNetwork, readIpNetwork } from "./ip-network.ts";
import { isPublicAddress } from "./public-address.ts";

/** Where a request may go, by whose word it goes there. Redirects are judged by the policy of the address they came from. */
export interface AddressPolicy {
  /** What speaks against asking a URL, as the predicate of a sentence about its host; undefined: nothing. */
  readonly problemOf: (url: URL) => string | undefined;
  /** Whether a connection may be made to this IP address, whatever name led to it. */
  readonly admits: (address: string) => boolean;
}

/**
 * For addresses that the operator wrote down: wherever they lead, private networks included, for there an internal CA is;
 * but a redirect leads only to hosts that the operator wrote down too.
 */
export function operatorAddresses(
  urls: readonly URL[],
  hosts: readonly AllowedHost[] = [],
): AddressPolicy {
  const allowed = [...urls.map(allowedHostOf), ...hosts];
  return {
    problemOf: (url) => schemeProblem(url) ?? hostProblem(url, allowed),
    admits: () => true,
  };
}

/** For addresses in certificates: whoever asked for the certificate may have chosen them. */
function certificateAddresses(
  hosts: readonly AllowedHost[],
  networks: readonly IpNetwork[],
): AddressPolicy {
  return {
    problemOf: (url) => schemeProblem(url) ?? userProblem(url) ?? hostProblem(url, hosts),
    admits: (address) =>
      isPublicAddress(address) || networks.some((network) => isInNetwork(address, network)),
  };
}

function schemeProblem(url: URL): string | undefined {
  return url.protocol === "http:" || url.protocol === "https:"
    ? undefined
    : "is neither http nor https";
}

function userProblem(url: URL): string | undefined {
  return url.username === "" && url.password === "" ? undefined : "is addressed with a user's name";
}

function hostProblem(url: URL, allowed: readonly AllowedHost[]): string | undefined {
  return allowed.some((host) => allowsUrl(host, url))
    ? undefined
    : "is not among the hosts allowed";
}

/** An address that the operator wrote down. */
export function readOperatorUrl(value: unknown, option: string): URL {
  if (typeof value === "string" && URL.canParse(value)) {
    const url = new URL(value);
    if (schemeProblem(url) === undefined) return url;
  }
  throw new ConfigError(
    option,
    "is not an http or https address",
    'Write one such as "http://crl.corp.example/issuing.crl".',
  );
}

/** Reads the option that says which addresses in certificates may be asked: `{ hosts, networks }`. */
export function readCertificateAddresses(input: unknown, option: string): AddressPolicy {
  const example = '{ hosts: ["crl.corp.example"] }';
  const given = readObject(input, ["hosts", "networks"], option, example);
  const networks = readEach(given.networks ?? [], `${option}.networks`, readNetwork);
  const hosts = readAllowedHosts(given.hosts ?? [], `${option}.hosts`);
  if (hosts.length === 0) {
    throw new ConfigError(`${option}.hosts`, "names no host", `Write ${example}.`);
  }
  const policy = certificateAddresses(hosts, networks);
  for (const [index, { host }] of hosts.entries()) {
    const address = addressOf(host);
    if (address === undefined || policy.admits(address)) continue;
    throw new ConfigError(
      `${option}.hosts[${index}]`,
      `${address} is not a public address`,
      `Write "${address}" into networks, too, if it is to be asked.`,
    );
  }
  return policy;
}

/** Reads a list of hosts, such as those that redirects may lead to. */
export function readAllowedHosts(input: unknown, option: string): readonly AllowedHost[] {
  return readEach(input, option, readAllowedHost);
}

function readEach<Value>(
  input: unknown,
  option: string,
  read: (value: unknown, option: string) => Value,
): readonly Value[] {
  if (!Array.isArray(input)) throw new ConfigError(option, "is not a list", "Pass a list.");
  return input.map((value: unknown, index) => read(value, `${option}[${index}]`));
}

function readNetwork(value: unknown, option: string): IpNetwork {
  const network = typeof value === "string" ? readIpNetwork(value) : undefined;
  if (network === undefined) {
    throw new ConfigError(
      option,
      `${printValue(value)} is not a network`,
      'Write an address and the length of its prefix, with no bit set beyond, such as "10.1.0.0/16".',
    );
  }
  // The largest private ones are 10.0.0.0/8 and fc00::/7; "0.0.0.0/0" would open the cloud's metadata service to certificates.
  const shortest = network.octets.length === 4 ? 8 : 7;
  if (network.prefixLength >= shortest) return network;
  throw new ConfigError(
    option,
    `${printValue(value)} is larger than any private network`,
    "List the networks of your own certificate authorities only.",
  );
}
