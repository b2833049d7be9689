/** Version 1. */
export function headerLine(fields: string): Buffer {
  return Buffer.from(`PROXY ${fields}\r\n`, "latin1");
}

export interface BinaryHeader {
  /** Version and command; PROXY by default. */
  readonly command?: number;
  /** Family and protocol; TCP over IPv4 by default. */
  readonly kind?: number;
  /** Addresses and ports; those of a TCP connection over IPv4 by default. */
  readonly block?: Uint8Array;
  readonly extensions?: Uint8Array;
  /** What the header says of its own length; the truth by default. */
  readonly length?: number;
}

export const signature = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

/** From 192.0.2.7, port 50000, to 198.51.100.1, port 443. */
export const ipv4Block = Buffer.from("c0000207c6336401c35001bb", "hex");
/** From 2001:db8::7, port 50000, to 2001:db8::1, port 443. */
export const ipv6Block = Buffer.from(
  "20010db800000000000000000000000720010db8000000000000000000000001c35001bb",
  "hex",
);

/** Version 2. */
export function binaryHeader(parts: BinaryHeader = {}): Buffer {
  const { command = 0x21, kind = 0x11, block = ipv4Block, extensions = Buffer.alloc(0) } = parts;
  const length = parts.length ?? block.length + extensions.length;
  return Buffer.concat([
    signature,
    Buffer.of(command, kind, length >> 8, length & 0xff),
    block,
    extensions,
  ]);
}

/** A type-length-value triple of version 2. */
export function extension(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(type, value.length >> 8, value.length & 0xff), value]);
}
