import type { Random } from "../random.ts";
import {
  branch,
  contentOf,
  encodeLength,
  leaf,
  nodeAt,
  opaque,
  replaceAt,
  type DerNode,
} from "./der-tree.ts";
import type { Donors } from "./donors.ts";
import { floodOfText, hostileContent } from "./hostile-values.ts";

/** What mutants are made with. */
export interface Material {
  readonly random: Random;
  readonly donors: Donors;
  /** Octets that a mutant may be longer than its seed. */
  readonly growth: number;
}

type Change = (node: DerNode, material: Material) => readonly DerNode[];

const tags = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1c,
  0x1e, 0x1f, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5,
] as const;

/** By how often they are made out of a hundred. */
const changes: readonly (readonly [number, Change])[] = [
  [30, exchangeAlike],
  [8, exchange],
  [19, refill],
  [6, () => []],
  [7, (node) => [node, node]],
  [7, (node, { donors, random }) => [donors.like(node, random), node]],
  [8, swapChildren],
  [5, (node, { random }) => [retag(node, random.pick(tags))]],
  [3, falsifyLength],
  [3, (node, { random }) => [branch(random.pick([0x30, 0x31, 0xa0, 0xa3, node.tag]), [node])]],
  [1, nest],
  [3, repeat],
];

const total = changes.reduce((sum, [share]) => sum + share, 0);

/** One change of a whole value, seldom more; the lengths of all around it are repaired. */
export function mutateTree(seed: DerNode, material: Material): DerNode {
  const { random } = material;
  let tree = seed;
  for (let left = random.chance(0.7) ? 1 : 1 + random.length(2); left > 0; left--) {
    const change = pickChange(random);
    tree = replaceAt(tree, random.below(tree.count), (node) => change(node, material));
  }
  return tree;
}

/**
 * Fills an extension, or an attribute of a name, of that type (a whole object identifier): with copies of one of its parts, or
 * one of its texts with a long one.
 */
export function floodValue(seed: DerNode, type: Buffer, material: Material): DerNode {
  const { random } = material;
  const positions = Array.from({ length: seed.count }, (_, position) => position).filter(
    (position) => nodeAt(seed, position).children?.[0]?.der.equals(type) === true,
  );
  if (positions.length === 0) return seed;
  return replaceAt(seed, random.pick(positions), (holder) => [fill(holder, material)]);
}

/** Fills the tree with copies of any one of its sequences. */
export function floodAny(seed: DerNode, material: Material): DerNode {
  const positions = Array.from({ length: seed.count }, (_, position) => position).filter(
    (position) => position > 0 && nodeAt(seed, position).tag === 0x30,
  );
  if (positions.length === 0) return seed;
  return replaceAt(seed, material.random.pick(positions), (node) => repeat(node, material));
}

function fill(holder: DerNode, material: Material): DerNode {
  const { random, growth } = material;
  const value = holder.children?.at(-1);
  if (value === undefined) return holder;
  const start = holder.count - value.count;
  // Within an OCTET STRING there is one value, which is a list of others.
  const first = start + 2;
  if (first >= holder.count) {
    return replaceAt(holder, start, ({ tag }) => [leaf(tag, floodOfText(random, growth))]);
  }
  const inside = random.chance(0.5) ? first : first + random.below(holder.count - first);
  return replaceAt(holder, inside, (node) =>
    node.children === undefined && random.chance(0.3)
      ? [leaf(node.tag, floodOfText(random, growth))]
      : repeat(node, material),
  );
}

function pickChange(random: Random): Change {
  let left = random.below(total * 10) / 10;
  for (const [share, change] of changes) {
    left -= share;
    if (left < 0) return change;
  }
  return refill;
}

function refill(node: DerNode, { random, growth }: Material): readonly DerNode[] {
  return [leaf(node.tag, hostileContent(node.tag, random, growth))];
}

/** What stands in another certificate for the same. */
function exchangeAlike(node: DerNode, { random, donors }: Material): readonly DerNode[] {
  return [donors.like(node, random)];
}

function exchange(_node: DerNode, { random, donors }: Material): readonly DerNode[] {
  return [donors.any(random)];
}

function swapChildren(node: DerNode, { random }: Material): readonly DerNode[] {
  return [branch(node.tag, random.shuffle(node.children ?? []), node.prefix)];
}

function retag(node: DerNode, tag: number): DerNode {
  return node.children === undefined
    ? leaf(tag, contentOf(node))
    : branch(tag, node.children, node.prefix);
}

/** Lengths that DER does not allow, or that are not true. */
function falsifyLength(node: DerNode, { random }: Material): readonly DerNode[] {
  const content = contentOf(node);
  const { length } = content;
  const octets = random.pick([
    Buffer.of(0x80),
    Buffer.of(0x81, length & 0x7f),
    Buffer.of(0x82, 0, length & 0xff),
    Buffer.from("84ffffffff", "hex"),
    Buffer.from("888000000000000000", "hex"),
    encodeLength(length + 1),
    encodeLength(Math.max(0, length - 1)),
    encodeLength(length * 2),
  ]);
  return [opaque(Buffer.concat([node.der.subarray(0, 1), octets, content]))];
}

/** Values within values within values. */
function nest(node: DerNode, { random, growth }: Material): readonly DerNode[] {
  const tag = random.pick([0x30, 0x31, 0xa0, 0x04, node.tag]);
  const headers: Buffer[] = [];
  let { length } = node.der;
  for (let grown = 0, most = random.length(growth); grown < most;) {
    const header = Buffer.concat([Buffer.of(tag), encodeLength(length)]);
    headers.push(header);
    length += header.length;
    grown += header.length;
  }
  return [opaque(Buffer.concat([...headers.reverse(), node.der]))];
}

/** The same value over and over, or values that differ in their last letters. */
function repeat(node: DerNode, { random, growth }: Material): readonly DerNode[] {
  const { der } = node;
  const most = random.chance(0.3) ? growth : random.length(growth);
  const copies = Math.max(2, Math.floor(most / der.length));
  const content = contentOf(node).length;
  if (random.chance(0.5) || content === 0) return new Array<DerNode>(copies).fill(node);
  return Array.from({ length: copies }, (_, index) => {
    const copy = Buffer.from(der);
    for (let letter = 1, left = index; letter <= Math.min(3, content); letter++) {
      copy[copy.length - letter] = 0x61 + (left % 26);
      left = Math.floor(left / 26);
    }
    return opaque(copy);
  });
}
