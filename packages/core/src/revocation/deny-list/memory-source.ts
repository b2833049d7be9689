import { DenyIndex } from "./deny-index.ts";
import type { DenyListState } from "./deny-list-state.ts";
import type { DenyChange, DenySource } from "./deny-source.ts";
import { doAtOnce } from "../../base/sliced-work.ts";

/** A list that nobody else hears of. */
export class MemorySource implements DenySource {
  readonly #state: DenyListState;

  constructor(state: DenyListState, index: DenyIndex) {
    this.#state = state;
    state.replace(index);
  }

  /** At once: who is denied is refused before anything else happens. */
  update(change: DenyChange): Promise<boolean> {
    const { items } = this.#state.index;
    const changed = change(items);
    if (changed === items) return Promise.resolve(false);
    this.#state.replace(doAtOnce(DenyIndex.build(changed)));
    return Promise.resolve(true);
  }

  close(): void {
    // Nothing is open.
  }
}
