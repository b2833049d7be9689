/** Writes DER (X.690). Lists of 100,000 entries go through here, which a schema library takes minutes for. */

/** One element: its tag octet, its length and what it holds. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...contents]);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) octets.unshift(rest % 0x100);
  return [0x80 | octets.length, ...octets];
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return element(0x30, ...contents);
}

export function octetString(...contents: readonly Uint8Array[]): Buffer {
  return element(0x04, ...contents);
}

/** A BIT STRING of whole octets. */
export function bitString(content: Uint8Array): Buffer {
  return element(0x03, Buffer.of(0), content);
}

/** A BIT STRING of named bits, which ends with the last one that is set (X.690 11.2.2). */
export function namedBits(tag: number, positions: readonly number[]): Buffer {
  const last = Math.max(...positions);
  const octets = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const position of positions) {
    const index = Math.floor(position / 8);
    octets.writeUInt8(octets.readUInt8(index) | (0x80 >> (position % 8)), index);
  }
  return element(tag, Buffer.of(7 - (last % 8)), octets);
}

export function enumerated(value: number): Buffer {
  return element(0x0a, Buffer.of(value));
}

/** A whole number from zero, as hexadecimal digits in pairs. */
export function unsignedInteger(hex: string): Buffer {
  const octets = Buffer.from(hex, "hex");
  return octets.readUInt8(0) < 0x80 ? element(0x02, octets) : element(0x02, Buffer.of(0), octets);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return element(
    0x06,
    Buffer.from(
      [first * 40 + second, ...others].flatMap((arc) => {
        const octets = [arc % 0x80];
        for (let rest = Math.floor(arc / 0x80); rest > 0; rest = Math.floor(rest / 0x80)) {
          octets.unshift(0x80 | (rest % 0x80));
        }
        return octets;
      }),
    ),
  );
}

/** The Time of RFC 5280 4.1.2.5: UTCTime until the end of 2049, GeneralizedTime from then on. */
export function time(epochMs: number): Buffer {
  const digits = timeDigits(epochMs);
  return epochMs < Date.UTC(2050, 0, 1)
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

export function generalizedTime(epochMs: number): Buffer {
  return element(0x18, Buffer.from(timeDigits(epochMs)));
}

function timeDigits(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
}

/** An Extension (RFC 5280 4.1). */
export function extension(
  oid: string,
  value: Uint8Array,
  { critical }: { readonly critical: boolean } = { critical: false },
): Buffer {
  return sequence(
    objectIdentifier(oid),
    ...(critical ? [Buffer.of(0x01, 0x01, 0xff)] : []),
    octetString(value),
  );
}

/** The GeneralName of a URI (RFC 5280 4.2.1.6). */
export function uriName(uri: string): Buffer {
  return element(0x86, Buffer.from(uri, "latin1"));
}

/** The GeneralName of a directory name, given as a whole Name. */
export function directoryName(name: Uint8Array): Buffer {
  return element(0xa4, name);
}
