import type { Random } from "../random.ts";
import { nodeAt, type DerNode } from "./der-tree.ts";

/** A larger node would make every mutant slow that takes it. */
const mostOctets = 600;

/** Nodes of all seeds, of which mutants take some in place of their own. */
export class Donors {
  readonly #all: readonly DerNode[];
  readonly #byKind = new Map<string, DerNode[]>();

  constructor(trees: readonly DerNode[]) {
    this.#all = trees
      .flatMap((tree) => Array.from({ length: tree.count }, (_, index) => nodeAt(tree, index)))
      .filter(({ der }) => der.length < mostOctets);
    for (const node of this.#all) {
      const kind = kindOf(node);
      const known = this.#byKind.get(kind);
      if (known === undefined) this.#byKind.set(kind, [node]);
      else known.push(node);
    }
  }

  any(random: Random): DerNode {
    return random.pick(this.#all);
  }

  /** One of the same tag and, if it begins with an object identifier, of the same type; the node itself where there is none. */
  like(node: DerNode, random: Random): DerNode {
    return random.pick(this.#byKind.get(kindOf(node)) ?? [node]);
  }
}

function kindOf({ tag, children: [first] = [] }: DerNode): string {
  return first?.tag === 0x06 ? `${tag} ${first.der.toString("latin1")}` : String(tag);
}
