/**
 * A value of any BER-like bytes as a tree. OCTET STRINGs and BIT STRINGs around values are looked into. Nodes are never changed:
 * a mutant shares all that it has in common with its seed, encoding included.
 */
export interface DerNode {
  /** The whole encoding. */
  readonly der: Buffer;
  readonly tag: number;
  /** What stands before the children: the count of unused bits of a BIT STRING. */
  readonly prefix: Buffer;
  /** Undefined: a value that is not looked into. */
  readonly children: readonly DerNode[] | undefined;
  /** Nodes in the tree, this one included. */
  readonly count: number;
}

const nothing = Buffer.alloc(0);
const zero = Buffer.of(0);
const deepest = 40;

/** The tree of a value; bytes that are no value become one node without children. */
export function parseTree(bytes: Uint8Array): DerNode {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const nodes = parseAll(whole, 0);
  return nodes?.length === 1 ? (nodes[0] as DerNode) : opaque(whole);
}

/** A node of arbitrary bytes. */
export function opaque(der: Buffer): DerNode {
  return { der, tag: der[0] ?? 0, prefix: nothing, children: undefined, count: 1 };
}

export function leaf(tag: number, content: Uint8Array): DerNode {
  return opaque(encode(tag, [content]));
}

export function branch(
  tag: number,
  children: readonly DerNode[],
  prefix: Buffer = nothing,
): DerNode {
  const parts = children.map(({ der }) => der);
  return {
    der: encode(tag, prefix.length === 0 ? parts : [prefix, ...parts]),
    tag,
    prefix,
    children,
    count: children.reduce((sum, { count }) => sum + count, 1),
  };
}

/** The content octets, as far as there is a header. */
export function contentOf({ der }: DerNode): Buffer {
  return der.subarray(headerAt(der, 0)?.start ?? der.length);
}

/** The node at a position (0 is the tree itself, then depth first). */
export function nodeAt(tree: DerNode, position: number): DerNode {
  let left = position - 1;
  for (const child of tree.children ?? []) {
    if (left < child.count && left >= 0) return nodeAt(child, left);
    left -= child.count;
  }
  return tree;
}

/** The tree with the node at a position replaced, and with the lengths of all around it repaired. */
export function replaceAt(
  tree: DerNode,
  position: number,
  replace: (node: DerNode) => readonly DerNode[],
): DerNode {
  if (position === 0 || tree.children === undefined) return replace(tree)[0] ?? tree;
  const children: DerNode[] = [];
  let left = position - 1;
  for (const child of tree.children) {
    if (left < 0 || left >= child.count) children.push(child);
    else if (left === 0) children.push(...replace(child));
    else children.push(replaceAt(child, left, replace));
    left -= child.count;
  }
  return branch(tree.tag, children, tree.prefix);
}

/** The octets of a length, in the shortest form. */
export function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets = Math.ceil(Math.log2(length + 1) / 8);
  const encoded = Buffer.alloc(1 + octets, 0x80 | octets);
  encoded.writeUIntBE(length, 1, octets);
  return encoded;
}

function encode(tag: number, parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(tag), encodeLength(length), ...parts]);
}

/** Values that fill the bytes to their end; undefined where they don't. */
function parseAll(bytes: Buffer, depth: number): DerNode[] | undefined {
  const nodes: DerNode[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = headerAt(bytes, at);
    if (header === undefined) return undefined;
    nodes.push(parseNode(bytes.subarray(at, header.end), header.start - at, depth));
    at = header.end;
  }
  return nodes.length === 0 ? undefined : nodes;
}

function parseNode(der: Buffer, start: number, depth: number): DerNode {
  const tag = der[0] as number;
  const content = der.subarray(start);
  const prefix = tag === 0x03 && content[0] === 0 ? zero : nothing;
  const mayHold = (tag & 0x20) !== 0 || tag === 0x04 || prefix.length === 1;
  const children =
    mayHold && depth < deepest ? parseAll(content.subarray(prefix.length), depth + 1) : undefined;
  if (children === undefined) return opaque(der);
  const count = children.reduce((sum, child) => sum + child.count, 1);
  return { der, tag, prefix, children, count };
}

function headerAt(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined || bytes[at] === 0) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + octets;
  if (octets > 4 || start > bytes.length || first === 0x80) return undefined;
  const end = start + (octets === 0 ? first : bytes.readUIntBE(at + 2, octets));
  return end > bytes.length ? undefined : { start, end };
}
