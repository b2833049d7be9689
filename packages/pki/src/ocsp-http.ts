import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

import type { OcspAnswer } from "./ocsp-answer.ts";

/** An answer to one HTTP request, whatever writes it. */
export interface OcspHttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

interface Responder {
  answer(request: Uint8Array): Promise<OcspAnswer>;
  readonly clock: () => number;
}

// Room for some two hundred certificates; a request for one takes about a hundred octets.
const maxRequestBytes = 16_384;

/** Answers by OCSP over HTTP (RFC 6960 A.1); undefined when the client went away while it spoke. */
export async function answerOverHttp(
  request: IncomingMessage,
  responder: Responder,
): Promise<OcspHttpAnswer | undefined> {
  const { method = "" } = request;
  switch (method) {
    case "GET": {
      const question = questionInPath(request.url ?? "");
      if (question === undefined) return refuse(400, "The path does not end in an OCSP request.");
      return answer(question, responder, { mayBeKept: true });
    }
    case "POST": {
      if (mediaType(request) !== "application/ocsp-request") {
        return refuse(415, "Send application/ocsp-request.");
      }
      const body = await readBody(request);
      if (body === "gone") return undefined;
      if (body === "too large") {
        return refuse(413, `Send at most ${maxRequestBytes} octets.`, endOfConnection(request));
      }
      return answer(body, responder, { mayBeKept: false });
    }
    default:
      return refuse(405, "Use GET or POST.", { Allow: "GET, POST" });
  }
}

async function answer(
  question: Uint8Array,
  responder: Responder,
  { mayBeKept }: { readonly mayBeKept: boolean },
): Promise<OcspHttpAnswer> {
  const { der, cacheable } = await responder.answer(question);
  const headers =
    mayBeKept && cacheable !== undefined
      ? {
          // RFC 5019 6.2.
          "Last-Modified": httpDate(cacheable.thisUpdate),
          Expires: httpDate(cacheable.nextUpdate),
          ETag: `"${createHash("sha256").update(der).digest("hex")}"`,
          "Cache-Control": `max-age=${secondsLeft(cacheable.nextUpdate, responder)}, public, no-transform, must-revalidate`,
        }
      : { "Cache-Control": "no-store" };
  return {
    status: 200,
    headers: {
      "Content-Type": "application/ocsp-response",
      "Content-Length": String(der.byteLength),
      ...headers,
    },
    body: Buffer.from(der),
  };
}

function secondsLeft(untilMs: number, { clock }: Responder): number {
  return Math.max(0, Math.floor((untilMs - clock()) / 1_000));
}

function httpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}

function refuse(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): OcspHttpAnswer {
  const body = Buffer.from(`${text}\n`);
  return {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": String(body.byteLength),
      "Cache-Control": "no-store",
      ...headers,
    },
    body,
  };
}

/** What is left of a body that is too large is not waited for; HTTP/2 ends the stream by itself. */
function endOfConnection(request: IncomingMessage): Readonly<Record<string, string>> {
  return request.httpVersionMajor === 1 ? { Connection: "close" } : {};
}

function mediaType({ headers }: IncomingMessage): string {
  return (headers["content-type"] ?? "").replace(/;.*$/s, "").trim().toLowerCase();
}

/**
 * The request at the end of a path, after whatever prefix the responder is mounted under. The base64
 * may itself hold slashes, so that a segment begins the request when the DER that it begins says just
 * as many octets as there are left: a look at eight characters for each slash.
 */
function questionInPath(url: string): Uint8Array | undefined {
  const path = decodePath(url.replace(/[?#].*$/s, ""));
  if (path === undefined) return undefined;
  const text = path.replace(/={1,2}$/, "");
  // Only the end without a foreign character can be base64.
  const end = text.split(/[^A-Za-z0-9+/]/).at(-1) ?? "";
  for (let at = end.indexOf("/"); at !== -1; at = end.indexOf("/", at + 1)) {
    const head = Buffer.from(end.slice(at + 1, at + 9), "base64");
    const octets = Math.floor(((end.length - at - 1) * 3) / 4);
    if (elementLength(head) === octets) return Buffer.from(end.slice(at + 1), "base64");
  }
  return undefined;
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** How long a SEQUENCE is with its header, by its first octets; undefined for anything else. */
function elementLength(head: Buffer): number | undefined {
  const [tag, first = 0xff, second = 0, third = 0] = head;
  if (tag !== 0x30) return undefined;
  if (first < 0x80) return 2 + first;
  if (first === 0x81) return 3 + second;
  return first === 0x82 ? 4 + second * 0x100 + third : undefined;
}

/** The body, or what became of it. Something before may have read it, as `express.raw()` does. */
function readBody(request: IncomingMessage): Promise<Uint8Array | "too large" | "gone"> {
  const { body } = request as { readonly body?: unknown };
  if (body instanceof Uint8Array) {
    return Promise.resolve(body.byteLength > maxRequestBytes ? "too large" : body);
  }
  // What was read by somebody else never ends again.
  if (request.readableEnded) return Promise.resolve(Buffer.alloc(0));
  // Nor does what the client broke off before.
  if (request.destroyed) return Promise.resolve("gone");
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    request.on("data", (chunk: Uint8Array) => {
      length += chunk.byteLength;
      if (length > maxRequestBytes) resolve("too large");
      else chunks.push(chunk);
    });
    request.once("end", () => {
      resolve(Buffer.concat(chunks));
    });
    // Follows "end" as well, and then changes nothing.
    request.once("close", () => {
      resolve("gone");
    });
    request.once("error", () => {
      resolve("gone");
    });
  });
}
