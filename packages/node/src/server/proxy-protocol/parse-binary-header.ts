import { printIpAddress } from "@mtls-shield/core/adapter";
import { crc32c } from "./crc32c.ts";
import { incomplete, malformed, type ProxiedSource, type ProxyHeader } from "./proxy-header.ts";

export const binarySignature = Buffer.from("\r\n\r\n\0\r\nQUIT\n");

/** The signature, version and command, family and protocol, and the length of what follows. */
const fixedLength = 16;
/** nginx's NGX_PROXY_PROTOCOL_MAX_HEADER; the specification means headers to fit in a segment of 536 bytes (2). */
const longestHeader = 4_096;

const local = 0x20;
const proxy = 0x21;

interface AddressKind {
  /** Bytes of both addresses and ports. */
  readonly length: number;
  readonly source: (block: Buffer) => ProxiedSource | undefined;
}

/** By the byte for family and protocol (2.2). */
const addressKinds = new Map<number, AddressKind>([
  [0x11, { length: 12, source: (block) => readSource(block, 4, "IPv4") }],
  [0x21, { length: 36, source: (block) => readSource(block, 16, "IPv6") }],
  // A path in the sender's file system.
  [0x31, { length: 216, source: () => undefined }],
]);
const unspecified = 0x00;

/** What other extensions say is not believed: nothing here needs it. */
const checksumType = 0x03;

/** Version 2 (2.2), of bytes that begin like it. */
export function parseBinaryHeader(bytes: Buffer): ProxyHeader {
  if (bytes.length < fixedLength) return incomplete;
  const command = bytes.readUInt8(12);
  if (command !== local && command !== proxy) {
    return malformed("the PROXY header has an unknown version or command");
  }
  const length = fixedLength + bytes.readUInt16BE(14);
  if (length > longestHeader) {
    return malformed(`the PROXY header is longer than ${longestHeader} bytes`);
  }
  if (bytes.length < length) return incomplete;
  const kind = bytes.readUInt8(13);
  // Their block is to be skipped unread: where extensions would begin in it is not said.
  if (command === local || kind === unspecified) {
    return { outcome: "complete", length, source: undefined };
  }
  const addresses = addressKinds.get(kind);
  if (addresses === undefined) return malformed("the PROXY header is not about a stream");
  const extensions = fixedLength + addresses.length;
  if (length < extensions) return malformed("the PROXY header is too short for its addresses");
  const header = bytes.subarray(0, length);
  const problem = extensionProblem(header, extensions);
  if (problem !== undefined) return malformed(problem);
  const source = addresses.source(header.subarray(fixedLength, extensions));
  return { outcome: "complete", length, source };
}

function readSource(block: Buffer, size: number, family: ProxiedSource["family"]): ProxiedSource {
  return {
    address: printIpAddress(block.subarray(0, size)),
    port: block.readUInt16BE(2 * size),
    family,
  };
}

/** Extensions are a type, a length in two bytes, and a value (2.2); they have to fill the header. */
function extensionProblem(header: Buffer, start: number): string | undefined {
  let at = start;
  while (at + 3 <= header.length) {
    const value = at + 3;
    const end = value + header.readUInt16BE(at + 1);
    if (end > header.length) break;
    if (header[at] === checksumType && !hasChecksum(header, value, end)) {
      return "the checksum of the PROXY header is wrong";
    }
    at = end;
  }
  return at === header.length ? undefined : "the extensions of the PROXY header do not fill it";
}

/** The sum was taken over the whole header with zeros in its own place (2.2.3). */
function hasChecksum(header: Buffer, start: number, end: number): boolean {
  if (end - start !== 4) return false;
  const blank = Buffer.from(header).fill(0, start, end);
  return crc32c(blank) === header.readUInt32BE(start);
}
