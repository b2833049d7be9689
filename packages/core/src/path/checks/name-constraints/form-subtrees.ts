import type { Subtree } from "./subtree.ts";

/** On which side of a NameConstraints a subtree stands. */
export type Side = "permitted" | "excluded";

/** The subtrees of one name form in one extension. */
export class FormSubtrees<Name> {
  readonly #permitted: Subtree<Name>[] = [];
  readonly #excluded: Subtree<Name>[] = [];
  #hasDistance = false;
  #cost = 0;

  /** False when the subtree could not be read. */
  add(side: Side, subtree: Subtree<Name> | undefined, hasDistance: boolean): boolean {
    if (subtree === undefined) return false;
    (side === "permitted" ? this.#permitted : this.#excluded).push(subtree);
    this.#hasDistance ||= hasDistance;
    this.#cost += subtree.cost;
    return true;
  }

  /** Whether a subtree has a minimum or a maximum, so that no name of the form can be located. */
  get hasDistance(): boolean {
    return this.#hasDistance;
  }

  /** What it costs to compare one name with all of them; 0 when the form is not constrained. */
  get cost(): number {
    return this.#cost;
  }

  /** RFC 5280 4.2.1.10: in no excluded subtree and, if there are permitted ones, in one of them. Undefined: a name that is nowhere. */
  admits(name: Name | undefined): boolean {
    if (name === undefined) return false;
    if (this.#excluded.some((subtree) => subtree.touches(name))) return false;
    return (
      this.#permitted.length === 0 || this.#permitted.some((subtree) => subtree.contains(name))
    );
  }
}
