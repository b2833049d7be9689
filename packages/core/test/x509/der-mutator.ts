import { der } from "@mtls-shield/testkit";

/** A DER value as a tree: a constructed one, or an OCTET STRING around another value, has children. */
export interface DerNode {
  readonly tag: number;
  /** Octets before the children: the count of unused bits of a BIT STRING. */
  readonly content: Uint8Array;
  readonly children: readonly DerNode[] | undefined;
}

/** Reads well-formed DER, and looks into OCTET STRINGs, where certificates keep their extensions. */
export function treeOf(bytes: Uint8Array): DerNode {
  const tag = bytes[0]!;
  const content = der.contentOf(bytes);
  if ((tag & 0x20) !== 0) return { tag, content: der.bytes(), children: treesIn(bytes) };
  if (tag === 0x04 && holdsOneValue(content)) {
    return { tag, content: der.bytes(), children: [treeOf(content)] };
  }
  return { tag, content, children: undefined };
}

export function encode({ tag, content, children = [] }: DerNode): Uint8Array {
  return der.tlv(tag, content, ...children.map(encode));
}

/** Every value of a tree, itself first. */
export function nodesOf(tree: DerNode): readonly DerNode[] {
  return [tree, ...(tree.children ?? []).flatMap(nodesOf)];
}

/** The tree with one value (counted as `nodesOf` lists them) replaced by others: none, itself twice, or something else. */
export function replaceNode(
  tree: DerNode,
  position: number,
  replace: (node: DerNode) => readonly DerNode[],
): DerNode {
  let left = position;
  const walk = (node: DerNode): readonly DerNode[] => {
    if (left-- === 0) return replace(node);
    return [{ ...node, children: node.children?.flatMap(walk) }];
  };
  return walk(tree)[0] ?? tree;
}

function treesIn(bytes: Uint8Array): readonly DerNode[] {
  return der.split(bytes).map(treeOf);
}

function holdsOneValue(content: Uint8Array): boolean {
  const [tag, length] = content;
  const isUniversal = tag !== undefined && tag !== 0 && (tag & 0xc0) === 0;
  return isUniversal && length !== undefined && length < 0x80 && content.length === 2 + length;
}
