/** The base of a name constraint, ready to be compared with names of its form. */
export interface Subtree<Name> {
  /** Whether everything that the name stands for lies in it: what a permitted subtree has to do. */
  contains(name: Name): boolean;
  /** Whether anything that the name stands for lies in it: what an excluded subtree looks for. */
  touches(name: Name): boolean;
  /** What one comparison costs of the budget. */
  readonly cost: number;
}

/** A subtree of names that stand for one thing each. */
export function plainSubtree<Name>(contains: (name: Name) => boolean, cost = 1): Subtree<Name> {
  return { contains, touches: contains, cost };
}
