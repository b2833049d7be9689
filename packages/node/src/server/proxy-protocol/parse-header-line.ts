import { printIpAddress, readIpAddress } from "@mtls-shield/core/adapter";
import { incomplete, malformed, type ProxiedSource, type ProxyHeader } from "./proxy-header.ts";

export const lineBeginning = Buffer.from("PROXY ");

/** proxy-protocol.txt 2.1: UNKNOWN with two addresses and two ports, and CR LF. */
const longestLine = 107;

/** Two addresses and two ports, or anything after UNKNOWN; \x20 to \x7e leaves no lone CR inside. */
const lineGrammar =
  /^PROXY (?:UNKNOWN(?: [\x20-\x7e]*)?|TCP([46]) ([^ ]+) ([^ ]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4}))\r\n$/;

/** Version 1 (2.1), of bytes that begin like it. */
export function parseHeaderLine(bytes: Buffer): ProxyHeader {
  const lineFeed = bytes.subarray(0, longestLine).indexOf("\n");
  if (lineFeed === -1) {
    return bytes.length < longestLine
      ? incomplete
      : malformed(`the line of the PROXY header is longer than ${longestLine} bytes`);
  }
  const length = lineFeed + 1;
  const fields = lineGrammar.exec(bytes.toString("latin1", 0, length));
  if (fields === null) return malformed("the line of the PROXY header is not as it has to be");
  const [, version, from = "", to = "", fromPort, toPort] = fields;
  if (version === undefined) return { outcome: "complete", length, source: undefined };
  const family = version === "4" ? "IPv4" : "IPv6";
  const address = readAddress(from, family);
  if (address === undefined || readAddress(to, family) === undefined) {
    return malformed(`an address in the PROXY header is no ${family} address`);
  }
  const port = Number(fromPort);
  if (Math.max(port, Number(toPort)) > 0xffff) {
    return malformed("a port in the PROXY header is above 65535");
  }
  return { outcome: "complete", length, source: { address, port, family } };
}

/** In the spelling of Node's sockets. Senders write IPv4-mapped addresses as `inet_ntop` does, with dots. */
function readAddress(text: string, family: ProxiedSource["family"]): string | undefined {
  const octets = readIpAddress(text);
  return octets?.length === (family === "IPv4" ? 4 : 16) ? printIpAddress(octets) : undefined;
}
