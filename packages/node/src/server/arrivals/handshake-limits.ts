import { ConfigError } from "@mtls-shield/core";
import { readIpNetwork, readObject, type IpNetwork } from "@mtls-shield/core/adapter";
import type { Allowance } from "./token-bucket.ts";

/**
 * What clients may cost that have not proved anything yet. OpenSSL verifies what they send before any rule is asked, on the thread
 * that answers everybody else. The unit is what an ordinary handshake costs, 2 to 3 ms; whoever is admitted gets it back.
 */
export interface HandshakeOptions {
  /** For each source address (IPv6: each /64). Default: 100 at once, 20 each second, 64 under way. */
  readonly perAddress?: Partial<HandshakeAllowance>;
  /** For all addresses from which nobody was admitted lately. Default: 200 at once, 50 each second, 1,024 under way. */
  readonly overall?: Partial<HandshakeAllowance>;
  /** Octets that a client may send in its handshake, its certificates included. Default: 24 KiB. */
  readonly maxBytes?: number;
  /** Networks of load balancers that hide many clients behind one address: there `perAddress` does not count. */
  readonly exempt?: readonly string[];
}

export interface HandshakeAllowance extends Allowance {
  /** Handshakes under way; the oldest of whoever has the most makes room for a new one. */
  readonly inProgress: number;
}

/** The option after reading. */
export interface HandshakeLimits {
  readonly perAddress: HandshakeAllowance;
  readonly overall: HandshakeAllowance;
  readonly maxBytes: number;
  readonly exempt: readonly IpNetwork[];
}

/** A site behind one address that comes back at once after a restart, and its misconfigured devices that try again and again. */
const perAddress: HandshakeAllowance = { burst: 100, perSecond: 20, inProgress: 64 };
/** Half a second of work at once, and an eighth of the thread: 50 times 2.5 ms. Idle sockets cost a few KB each. */
const overall: HandshakeAllowance = { burst: 200, perSecond: 50, inProgress: 1_024 };
/** Ten certificates (`limits.certificates`) with RSA-4096 keys, or two with ML-DSA-65; OpenSSL would take 100 KB. */
const maxBytes = 24_576;
/** What a handshake with the smallest certificate brings. */
const leastBytes = 2_048;

/** Reads the option `handshakes`; undefined: nothing is bounded. */
export function readHandshakeLimits(input: unknown): HandshakeLimits | undefined {
  if (input === false) return undefined;
  if (input === undefined) return { perAddress, overall, maxBytes, exempt: [] };
  const names = ["perAddress", "overall", "maxBytes", "exempt"] as const;
  const given = readObject(input, names, "handshakes", "{ maxBytes: 24_576 }");
  const { maxBytes: bytes = maxBytes } = given;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < leastBytes) {
    throw new ConfigError(
      "handshakes.maxBytes",
      `is not a whole number from ${leastBytes} up`,
      "Write how many octets a client may send before it is known, or leave it out.",
    );
  }
  return {
    perAddress: readAllowance(given.perAddress, perAddress, "handshakes.perAddress"),
    overall: readAllowance(given.overall, overall, "handshakes.overall"),
    maxBytes: bytes,
    exempt: readNetworks(given.exempt),
  };
}

function readAllowance(
  input: unknown,
  defaults: HandshakeAllowance,
  option: string,
): HandshakeAllowance {
  if (input === undefined) return defaults;
  const names = ["burst", "perSecond", "inProgress"] as const;
  const given = readObject(input, names, option, "{ burst: 200, perSecond: 20 }");
  for (const name of names) {
    const value = given[name];
    if (value === undefined || (typeof value === "number" && value >= 1 && value < Infinity))
      continue;
    throw new ConfigError(
      `${option}.${name}`,
      "is not a number from 1 up",
      "Write one, or leave it out.",
    );
  }
  return { ...defaults, ...(given as Partial<HandshakeAllowance>) };
}

function readNetworks(input: unknown): readonly IpNetwork[] {
  if (input === undefined) return [];
  const list: readonly unknown[] = Array.isArray(input) ? input : [];
  const networks = list.map((text) => (typeof text === "string" ? readIpNetwork(text) : undefined));
  if (list.length > 0 && networks.every((network) => network !== undefined)) return networks;
  throw new ConfigError(
    "handshakes.exempt",
    "is not a list of networks",
    'Write ["10.0.0.0/8"], or leave it out.',
  );
}
