import { binarySignature, parseBinaryHeader } from "./parse-binary-header.ts";
import { lineBeginning, parseHeaderLine } from "./parse-header-line.ts";
import { beginsLike, malformed, type ProxyHeader } from "./proxy-header.ts";

/**
 * Reads the header of the PROXY protocol (HAProxy's proxy-protocol.txt), version 1 or 2, from the first bytes of a connection:
 * all that have come so far.
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  // The two begin differently, so even the first byte tells.
  if (beginsLike(bytes, binarySignature)) return parseBinaryHeader(bytes);
  if (beginsLike(bytes, lineBeginning)) return parseHeaderLine(bytes);
  return malformed("there is no PROXY header");
}
