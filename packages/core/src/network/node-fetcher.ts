import { lookup } from "node:dns/promises";
import { type ClientRequest, type IncomingMessage, request as askHttp } from "node:http";
import { request as askHttps } from "node:https";
import { connect, isIP, isIPv6, type LookupFunction, type Socket } from "node:net";
import { addAbortSignal } from "node:stream";
import { connect as connectTls } from "node:tls";
import { urlToHttpOptions } from "node:url";

import { addressOf } from "./allowed-host.ts";
import { beforeAbort } from "./before-abort.ts";
import { FetchFailure } from "./fetch-failure.ts";
import type { Fetcher, FetchRequest, FetchResponse } from "./fetcher.ts";
import { onceAtATime } from "./once-at-a-time.ts";

export interface NodeFetcherOptions {
  /** All IP addresses of a host name; those of the operating system if left out. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Who may sign the certificates of https servers, in PEM; whom Node trusts if left out. */
  readonly ca?: string | readonly string[];
}

/** Node's own default, which the command line may raise. */
const maxHeaderBytes = 16_384;

/** Fetches with node:http and node:https: one connection for each exchange, without proxies, and only to addresses that are admitted. */
export function createNodeFetcher(options: NodeFetcherOptions = {}): Fetcher {
  // Each look-up holds one of the few threads that read files, too: those of a host that gets no answer must not hold them all.
  const { resolve = onceAtATime(lookUpAll), ca } = options;
  return async (request) => {
    const addresses = await admittedAddresses(request, resolve);
    const exchange = startExchange(request, addresses, ca);
    exchange.end(request.body);
    return answerOf(exchange, request.signal);
  };
}

async function lookUpAll(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** The name is looked up once, here: at a second time it could lead elsewhere (DNS rebinding). */
async function admittedAddresses(
  { url, signal, admits }: FetchRequest,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const literal = addressOf(url.hostname);
  const found =
    literal === undefined ? await beforeAbort(resolve(url.hostname), signal) : [literal];
  const admitted = found.filter((address) => isIP(address) !== 0 && admits(address));
  if (admitted.length > 0) return admitted;
  throw new FetchFailure("has no address that may be contacted");
}

function startExchange(
  request: FetchRequest,
  addresses: readonly string[],
  ca: NodeFetcherOptions["ca"],
): ClientRequest {
  const { url, method, headers, signal } = request;
  const ask = url.protocol === "https:" ? askHttps : askHttp;
  return ask({
    // Whatever is neither http nor https makes Node throw.
    ...urlToHttpOptions(url),
    method,
    headers: {
      "user-agent": "mtls-shield",
      "accept-encoding": "identity",
      ...headers,
      host: url.host,
    },
    signal,
    maxHeaderSize: maxHeaderBytes,
    insecureHTTPParser: false,
    // With a connection of one's own there is no agent: none that keeps connections, and none that goes by a proxy.
    createConnection: () => openConnection(request, addresses, ca),
  });
}

function openConnection(
  { url, admits }: FetchRequest,
  addresses: readonly string[],
  ca: NodeFetcherOptions["ca"],
): Socket {
  const secure = url.protocol === "https:";
  const host = addressOf(url.hostname) ?? url.hostname;
  const target = {
    host,
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    lookup: pinnedLookup(addresses),
    // Asks for all addresses, and tries each.
    autoSelectFamily: true,
  };
  const socket = secure
    ? connectTls({
        ...target,
        // RFC 6066 3: an address is no server name.
        servername: isIP(host) === 0 ? host : "",
        // Said, lest an environment variable say otherwise.
        rejectUnauthorized: true,
        ...(ca !== undefined && { ca: [ca].flat() }),
      })
    : connect(target);
  // Before anything is written: 0.0.0.0 and the like lead elsewhere than they say.
  socket.prependOnceListener("connect", () => {
    if (admits(String(socket.remoteAddress))) return;
    socket.destroy(new FetchFailure("has led to an address that may not be contacted"));
  });
  return socket;
}

/** Answers with the addresses that were judged, whatever is asked. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, _options, answer) => {
    answer(null, entries);
  };
}

function answerOf(exchange: ClientRequest, signal: AbortSignal): Promise<FetchResponse> {
  return new Promise((resolve, reject) => {
    // Stays: a connection may fail after the answer, too, and then its body fails.
    exchange.on("error", reject);
    // An answer that changes the protocol is followed by nothing else.
    exchange.on("close", () => {
      reject(new FetchFailure("hung up"));
    });
    exchange.on("response", (response) => {
      resolve({
        // Always there in answers.
        status: Number(response.statusCode),
        headers: plainHeaders(response),
        body: addAbortSignal(signal, response),
      });
    });
  });
}

function plainHeaders({ headersDistinct }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(", ")]),
  );
}
