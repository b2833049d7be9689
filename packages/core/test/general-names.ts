import { der } from "@mtls-shield/testkit";

/** Encodes general names (RFC 5280 4.2.1.6), and the bases of name constraints, whose tags are the same. */

function text(value: string): Uint8Array {
  return Buffer.from(value, "latin1");
}

export function email(value: string): Uint8Array {
  return der.primitive(1, text(value));
}

export function dns(value: string): Uint8Array {
  return der.primitive(2, text(value));
}

export function directory(name: Uint8Array): Uint8Array {
  return der.constructed(4, name);
}

export function uri(value: string): Uint8Array {
  return der.primitive(6, text(value));
}

/** An address, or an address and its mask, in hexadecimal. */
export function ip(hex: string): Uint8Array {
  return der.primitive(7, der.hex(hex));
}

export function otherName(typeId: string, value: Uint8Array = der.nullValue()): Uint8Array {
  return der.constructed(0, der.oid(typeId), der.constructed(0, value));
}

export function registeredId(oid: string): Uint8Array {
  return der.primitive(8, der.oidContent(oid));
}

/** A NameConstraints: bases, and whatever follows each of them. */
export interface WrittenConstraints {
  readonly permitted?: readonly Uint8Array[];
  readonly excluded?: readonly Uint8Array[];
  /** Written after every base: a minimum, a maximum. */
  readonly distance?: Uint8Array;
}

export function nameConstraints(written: WrittenConstraints): Uint8Array {
  const { permitted, excluded, distance = der.bytes() } = written;
  const subtrees = (side: number, bases?: readonly Uint8Array[]): Uint8Array =>
    bases === undefined
      ? der.bytes()
      : der.constructed(side, ...bases.map((base) => der.sequence(base, distance)));
  return der.sequence(subtrees(0, permitted), subtrees(1, excluded));
}
