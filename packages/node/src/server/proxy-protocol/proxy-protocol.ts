import { ConfigError } from "@mtls-shield/core";
import {
  printValue,
  readChoice,
  readIpNetwork,
  readObject,
  type IpNetwork,
} from "@mtls-shield/core/adapter";
import { ProxySenders } from "./proxy-senders.ts";

/** The PROXY protocol, versions 1 and 2: a TCP load balancer says in front of each connection whom it comes from. */
export interface ProxyProtocolOptions {
  /**
   * Addresses and networks of the load balancers, and `"unix"` for peers on a Unix socket: they must send a header, and nobody else may.
   * List none that passes its clients' bytes on without a header of its own, nor a network that clients' addresses are translated to:
   * such clients could choose theirs.
   */
  readonly from: readonly string[];
  /** What becomes of other peers: `"refuse"` (default) ends their connections, `"direct"` takes them for clients. */
  readonly others?: "refuse" | "direct";
  /** How long a header may take, in milliseconds. Default: 5000, at most 60000. */
  readonly timeoutMs?: number;
}

/** The options, read. */
export interface ProxyProtocol {
  readonly senders: ProxySenders;
  readonly others: "refuse" | "direct";
  readonly timeoutMs: number;
}

/** The specification wants at least 3 s, for a TCP retransmission (proxy-protocol.txt 2). */
const usualTimeoutMs = 5_000;
/** nginx's default for the head of a request (`client_header_timeout`), which covers the PROXY header there. */
const longestTimeoutMs = 60_000;

/** Reads what stands at `option`. */
export function readProxyProtocol(input: unknown, option = "proxyProtocol"): ProxyProtocol {
  const example = `${option}: { from: ["10.0.0.0/8"] }`;
  const { from, others, timeoutMs } = readObject(
    input,
    ["from", "others", "timeoutMs"],
    option,
    example,
  );
  return {
    senders: readSenders(from, `${option}.from`, example),
    others: readChoice(others, ["refuse", "direct"], `${option}.others`),
    timeoutMs: readTimeout(timeoutMs, `${option}.timeoutMs`),
  };
}

function readSenders(input: unknown, option: string, example: string): ProxySenders {
  if (!Array.isArray(input) || input.length === 0) {
    throw new ConfigError(
      option,
      "does not say whose headers are to be believed",
      `List the addresses of your load balancers: ${example}.`,
    );
  }
  const entries: readonly unknown[] = input;
  const networks = entries.flatMap((entry, index) =>
    entry === "unix" ? [] : [readNetwork(entry, `${option}[${index}]`)],
  );
  return new ProxySenders(networks, entries.includes("unix") ? "included" : "left out");
}

function readNetwork(entry: unknown, option: string): IpNetwork {
  const network = typeof entry === "string" ? readIpNetwork(entry) : undefined;
  if (network === undefined) {
    throw new ConfigError(
      option,
      `${printValue(entry)} is neither an address nor a network`,
      'Write it as "10.0.0.0/8", "fd00::/8", "::1" or "unix", an IPv4 address always in dotted decimals.',
    );
  }
  if (network.prefixLength === 0) {
    throw new ConfigError(
      option,
      "is every address there is, so that each client could choose its own",
      "List the addresses of your load balancers.",
    );
  }
  return network;
}

function readTimeout(input: unknown, option: string): number {
  if (input === undefined) return usualTimeoutMs;
  const isWhole = typeof input === "number" && Number.isSafeInteger(input);
  if (isWhole && input >= 1 && input <= longestTimeoutMs) return input;
  throw new ConfigError(
    option,
    `${printValue(input)} is not a whole number from 1 to ${longestTimeoutMs}`,
    "Write a number of milliseconds, or leave it out.",
  );
}
