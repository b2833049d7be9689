import type { Surroundings } from "../base/surroundings.ts";
import type { AddressPolicy } from "./address-policy.ts";
import { beforeAbort } from "./before-abort.ts";
import { FetchFailure, printFetchError } from "./fetch-failure.ts";
import type { Fetcher, FetchResponse } from "./fetcher.ts";
import { readRetryAfter } from "./retry-after.ts";
import { conditionalHeaders, type Validators, validatorsOf } from "./validators.ts";

/** What fetching needs of the world. */
export interface FetchSurroundings extends Pick<Surroundings, "clock" | "timers"> {
  readonly fetcher: Fetcher;
}

export interface LimitedRequest {
  readonly url: URL | string;
  /** "GET" if left out. */
  readonly method?: "GET" | "POST";
  /** By name in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the version that is there already: the answer may then be that it is unchanged. */
  readonly validators?: Validators;
  /** Of the body. */
  readonly maxBytes: number;
  /** For everything: the look-up, redirects, the body, and what its reader waits for between its pieces. */
  readonly timeoutMs: number;
  readonly policy: AddressPolicy;
  /** 3 if left out. */
  readonly maxRedirects?: number;
  /** Gives up early. */
  readonly signal?: AbortSignal;
}

export interface FetchedHead {
  readonly headers: Readonly<Record<string, string>>;
  /** For the next time. */
  readonly validators: Validators;
}

export interface FailedFetch {
  readonly outcome: "failed";
  /** One short line that names the host, and neither credentials nor a path. */
  readonly problem: string;
  /** When the server wants to be asked again. */
  readonly retryAfterMs?: number;
}

export type FetchResult<Value> =
  | ({ readonly outcome: "fetched"; readonly value: Value } & FetchedHead)
  | ({ readonly outcome: "unchanged" } & FetchedHead)
  | FailedFetch;

/** Follows the body as it arrives, and says what it found. */
export type BodyReader<Value> = (
  body: AsyncIterable<Uint8Array>,
  head: FetchedHead,
) => Promise<Value>;

const defaultRedirects = 3;

/**
 * Asks a URL within limits of time, size and address, and has the body read as it arrives. Never rejects for what the network
 * does: when the body breaks off, the result is a failure whatever its reader made of the part. What else the reader throws is passed on.
 */
export async function fetchLimited<Value>(
  surroundings: FetchSurroundings,
  request: LimitedRequest,
  read: BodyReader<Value>,
): Promise<FetchResult<Value>> {
  const exchange = new AbortController();
  const stop = (problem: string) => {
    exchange.abort(new FetchFailure(problem));
  };
  const giveUp = () => {
    stop("was not waited for");
  };
  const cancelTimer = surroundings.timers.after(request.timeoutMs, () => {
    stop(`did not answer within ${request.timeoutMs} ms`);
  });
  request.signal?.addEventListener("abort", giveUp, { once: true });
  if (request.signal?.aborted === true) giveUp();
  try {
    return await fetchUntil(exchange, surroundings, request, read);
  } finally {
    cancelTimer();
    request.signal?.removeEventListener("abort", giveUp);
    // Whatever of the exchange is left, also of those that redirected, is let go of.
    exchange.abort();
  }
}

/** As `fetchLimited`, for a body that is wanted in one piece. */
export function fetchBytes(
  surroundings: FetchSurroundings,
  request: LimitedRequest,
): Promise<FetchResult<Buffer>> {
  return fetchLimited(surroundings, request, async (body) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces);
  });
}

async function fetchUntil<Value>(
  exchange: AbortController,
  surroundings: FetchSurroundings,
  request: LimitedRequest,
  read: BodyReader<Value>,
): Promise<FetchResult<Value>> {
  const answer = await askAlongRedirects(exchange.signal, surroundings.fetcher, request);
  if ("outcome" in answer) return answer;
  const { url, response } = answer;
  const { headers } = response;
  const head = { headers, validators: validatorsOf(headers) };
  if (response.status === 304 && request.validators !== undefined) {
    return { outcome: "unchanged", ...head };
  }
  const problem = headProblem(response, request.maxBytes);
  if (problem !== undefined) {
    const retryAfterMs = readRetryAfter(headers["retry-after"], surroundings.clock());
    return { ...failed(url, problem), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }

  let bodyProblem: string | undefined;
  async function* watchedBody() {
    try {
      yield* limitBody(response, request.maxBytes, exchange.signal);
    } catch (error) {
      bodyProblem = printFetchError(error);
      throw error;
    } finally {
      exchange.abort();
    }
  }
  try {
    const value = await read(watchedBody(), head);
    if (bodyProblem === undefined) return { outcome: "fetched", value, ...head };
  } catch (error) {
    if (bodyProblem === undefined) throw error;
  }
  return failed(url, bodyProblem);
}

interface Answer {
  readonly url: URL;
  readonly response: FetchResponse;
}

async function askAlongRedirects(
  signal: AbortSignal,
  fetcher: Fetcher,
  request: LimitedRequest,
): Promise<Answer | FailedFetch> {
  const { policy, body, method = "GET", maxRedirects = defaultRedirects } = request;
  const headers = { ...request.headers, ...conditionalHeaders(request.validators ?? {}) };
  if (!URL.canParse(String(request.url))) {
    return { outcome: "failed", problem: "what should be asked is not a URL" };
  }
  let url = new URL(request.url);
  const problem = policy.problemOf(url);
  if (problem !== undefined) return failed(url, problem);
  const asked = new Set<string>();
  for (;;) {
    asked.add(url.href);
    let response;
    try {
      signal.throwIfAborted();
      const exchange = { url, method, headers, signal, admits: policy.admits };
      const answering = fetcher(body === undefined ? exchange : { ...exchange, body });
      response = await beforeAbort(answering, signal);
    } catch (error) {
      return failed(url, printFetchError(error));
    }
    if (!redirects.has(response.status)) return { url, response };
    const next = readRedirect(url, response, method, policy);
    if (typeof next === "string") return failed(url, next);
    if (asked.has(next.href)) return failed(url, "redirects in a circle");
    if (asked.size > maxRedirects) return failed(url, `redirects, after ${maxRedirects} redirects`);
    url = next;
  }
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where a redirect leads, or what speaks against going there. */
function readRedirect(
  from: URL,
  { status, headers }: FetchResponse,
  method: "GET" | "POST",
  policy: AddressPolicy,
): URL | string {
  // The others turn into a GET without a body (RFC 9110 15.4), which asks nothing.
  if (method === "POST" && status !== 307 && status !== 308) {
    return `redirects a POST with status ${status}`;
  }
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, from.href)) return "redirects to no URL";
  const to = new URL(location, from);
  // A fragment isn't sent: with ever new ones a circle would look like a way.
  to.hash = "";
  if (from.protocol === "https:" && to.protocol === "http:") return "redirects from https to http";
  const problem = policy.problemOf(to);
  return problem === undefined ? to : `redirects to ${printHost(to)}, which ${problem}`;
}

function headProblem({ status, headers }: FetchResponse, maxBytes: number): string | undefined {
  if (status !== 200) return `answered with status ${status}`;
  const encoding = headers["content-encoding"] ?? "identity";
  // Decompressed, a few bytes would become very many; and nobody asked for it.
  if (encoding.toLowerCase() !== "identity")
    return "sent a content encoding, which was not asked for";
  const announced = announcedBytes(headers);
  return announced !== undefined && announced > maxBytes ? tooLong(maxBytes) : undefined;
}

function announcedBytes(headers: Readonly<Record<string, string>>): number | undefined {
  const length = headers["content-length"];
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}

function tooLong(maxBytes: number): string {
  return `sends more than ${maxBytes} bytes`;
}

/** The body within its limits of time and size; it throws where it breaks them, or breaks off. */
async function* limitBody(
  { headers, body }: FetchResponse,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  let received = 0;
  for (;;) {
    const next = await beforeAbort(iterator.next(), signal);
    if (next.done === true) break;
    received += next.value.length;
    if (received > maxBytes) throw new FetchFailure(tooLong(maxBytes));
    yield next.value;
  }
  // Half a list that is valid would be worse than none.
  const announced = announcedBytes(headers);
  if (announced !== undefined && announced !== received) {
    throw new FetchFailure(`sent ${received} of ${announced} bytes`);
  }
}

function failed(url: URL, predicate: string): FailedFetch {
  return { outcome: "failed", problem: `${printHost(url)} ${predicate}` };
}

/** Host names end at 253 characters, but what URLs have in their place need not. */
function printHost(url: URL): string {
  const host = url.host === "" ? url.protocol : url.host;
  return host.length <= 260 ? host : `${host.slice(0, 259)}…`;
}
