import type { DenyIndex } from "./deny-index.ts";
import type { ReadEntry } from "./deny-entry.ts";

/** Makes other entries of those that there are; the same ones where there is nothing to change. */
export type DenyChange = (items: readonly ReadEntry[]) => readonly ReadEntry[];

/** Where a list is kept. It tells the list's state of what it finds there. */
export interface DenySource {
  /** Changes what is kept there, and the state with it; false where the change changed nothing. */
  update(change: DenyChange): Promise<boolean>;
  close(): void;
}

/** The text that a source read or wrote last, and what it said. */
export interface LastRead {
  /** Undefined: there was none. */
  readonly text: string | undefined;
  readonly index: DenyIndex;
}
