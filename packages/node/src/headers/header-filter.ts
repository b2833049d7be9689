import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { NodeRequest } from "../connection-of.ts";

/** As many characters as a name can be made of (RFC 9110 5.6.2). */
const characters = 128;
/** In this bit the two cases of a letter differ. */
const caseBit = 0b10_0000;
/** What a header's name may hold beside letters and digits (RFC 9110 5.6.2). */
const separators = Array.from("!#$%&'*+-.^_`|~");
/** The longest name that the table tells from shorter ones: what it holds is a byte. */
const longest = 255;

/**
 * Removes headers by name, from a request as Node shows it. A name means its aliases too: CGI and what follows it makes one of all
 * characters that are neither letter nor digit (RFC 3875 4.1.18), so `X_Client.Cert` can become `X-Client-Cert` behind us.
 *
 * Trailers are left alone: Node keeps them apart from headers (`req.trailers`), and so do the frameworks.
 */
export class HeaderFilter {
  readonly #names = new Set<string>();
  readonly #prefixes: string[] = [];
  /** By first and third letter: the length from which on a name can be one of ours. It sorts out nearly all at the price of a look-up. */
  readonly #shortest = new Uint8Array(characters ** 2).fill(longest);

  /** Names, which may end in `*` for any end. */
  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) {
      const isPrefix = pattern.endsWith("*");
      const name = fold(isPrefix ? pattern.slice(0, -1) : pattern);
      if (isPrefix) this.#prefixes.push(name);
      else this.#names.add(name);
      this.#expect(name);
    }
  }

  matches(name: string): boolean {
    const folded = fold(name);
    return this.#names.has(folded) || this.#prefixes.some((prefix) => folded.startsWith(prefix));
  }

  /** Removes them from a request, from every view of its headers. */
  stripRequest(request: NodeRequest): void {
    const removed = this.#takeOut(request.rawHeaders);
    if (removed === undefined) return;
    // Node makes these views when they are first asked for, of the list that is clean by now; whoever asked before us is not.
    deleteFrom(request.headers, removed);
    if ("headersDistinct" in request) deleteFrom(distinctOf(request), removed);
  }

  /** The same for the `stream` event of HTTP/2, whose listeners share these two objects. */
  stripHeaders(headers: IncomingHttpHeaders, rawHeaders: string[]): void {
    const removed = this.#takeOut(rawHeaders);
    if (removed !== undefined) deleteFrom(headers, removed);
  }

  /** Takes them out of the list, in place, since the request's context is kept on it; returns the names that went, in lower case. */
  #takeOut(rawHeaders: string[]): readonly string[] | undefined {
    const shortest = this.#shortest;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] as string;
      // In place of calls: this is done for every header of every request.
      const { length } = name;
      if (length < (shortest[cell(name.charCodeAt(0), name.charCodeAt(2))] as number)) continue;
      if (this.matches(name)) return this.#closeUp(rawHeaders, at);
    }
    return undefined;
  }

  #closeUp(rawHeaders: string[], first: number): readonly string[] {
    const removed: string[] = [];
    let kept = first;
    for (let at = first; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] as string;
      if (this.matches(name)) {
        removed.push(name.toLowerCase());
      } else {
        rawHeaders[kept++] = name;
        rawHeaders[kept++] = rawHeaders[at + 1] as string;
      }
    }
    rawHeaders.length = kept;
    return removed;
  }

  /** Names of fewer than three characters can go on in any way. */
  #expect(folded: string): void {
    for (const first of spellings(folded[0])) {
      for (const third of spellings(folded[2])) {
        const at = cell(first, third);
        this.#shortest[at] = Math.min(this.#shortest[at] as number, folded.length);
      }
    }
  }
}

function cell(first: number, third: number): number {
  return ((first | caseBit) % characters) * characters + ((third | caseBit) % characters);
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "-");
}

/** Every character that is folded into this one; all there are where there is none. */
function spellings(folded: string | undefined): readonly number[] {
  if (folded === undefined) return Array.from({ length: characters }, (_, code) => code);
  const alike = folded === "-" ? separators : [folded];
  return alike.map((character) => character.charCodeAt(0));
}

function deleteFrom(headers: Record<string, unknown>, names: readonly string[]): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a value of undefined would still be listed
  for (const name of names) delete headers[name];
}

function distinctOf(request: Pick<IncomingMessage, "headersDistinct">) {
  try {
    return request.headersDistinct;
  } catch {
    // A header __proto__ makes Node throw here (CVE-2026-21710), also for whoever asked before: there is no such view.
    return {};
  }
}
