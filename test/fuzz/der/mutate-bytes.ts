import type { Random } from "../random.ts";

type Change = (bytes: Buffer, at: number, random: Random, donor: Buffer) => Buffer;

/** Tags, lengths and the ends of ranges. */
const interesting = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1f, 0x20, 0x2a, 0x2e,
  0x30, 0x31, 0x40, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0xa0, 0xa1, 0xa3, 0xbf,
  0xfe, 0xff,
] as const;

const lengths = ["80", "8100", "817f", "81ff", "820000", "82ffff", "84ffffffff", "ff", "8500"].map(
  (hex) => Buffer.from(hex, "hex"),
);

/** Those that keep the length stand there twice: the others mostly end at the first length that no longer fits. */
const changes: readonly Change[] = [
  flip,
  flip,
  setInteresting,
  setInteresting,
  (bytes, at, random) => setOctet(bytes, at, random.below(256)),
  (bytes, at, random) => setOctet(bytes, at, (bytes[at] as number) + (random.chance(0.5) ? 1 : -1)),
  (bytes, at, random) => splice(bytes, at, at, Buffer.of(random.pick(interesting))),
  (bytes, at, random) => splice(bytes, at, at + 1, random.pick(lengths)),
  (bytes, at, random) => splice(bytes, at, at + random.length(64), Buffer.alloc(0)),
  (bytes, at, random) => splice(bytes, at, at, bytes.subarray(at, at + random.length(256))),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random, donor) =>
    splice(bytes, at, bytes.length, donor.subarray(random.below(donor.length))),
  (bytes, at, random, donor) => {
    const from = random.below(donor.length);
    const part = donor.subarray(from, from + random.length(64));
    return splice(bytes, at, at + part.length, part);
  },
];

/** Up to four changes of single octets or ranges; nothing is repaired. `donor` is another seed. */
export function mutateBytes(seed: Uint8Array, donor: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let left = random.length(4); left > 0 && bytes.length > 0; left--) {
    const at = random.below(bytes.length);
    bytes = random.pick(changes)(bytes, at, random, Buffer.from(donor));
  }
  return bytes;
}

function flip(bytes: Buffer, at: number, random: Random): Buffer {
  return setOctet(bytes, at, (bytes[at] as number) ^ (1 << random.below(8)));
}

function setInteresting(bytes: Buffer, at: number, random: Random): Buffer {
  return setOctet(bytes, at, random.pick(interesting));
}

function setOctet(bytes: Buffer, at: number, octet: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = octet;
  return changed;
}

function splice(bytes: Buffer, from: number, to: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);
}
