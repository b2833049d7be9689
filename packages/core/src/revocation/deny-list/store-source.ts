import { ConfigError } from "../../base/config-error.ts";
import { describeFault } from "../../base/describe-fault.ts";
import type { Timers } from "../../base/timers.ts";
import { askStore } from "../../store/ask-store.ts";
import type { Store } from "../../store/store.ts";
import { checkLength, readDocument, writeDocument } from "./deny-document.ts";
import { DenyIndex } from "./deny-index.ts";
import type { DenyListState } from "./deny-list-state.ts";
import type { DenyChange, DenySource, LastRead } from "./deny-source.ts";
import { doInSlices, letOthersRun } from "../../base/sliced-work.ts";
import { TaskQueue } from "../../base/task-queue.ts";

export interface StoreSourceOptions {
  readonly store: Store;
  readonly key: string;
  readonly pollMs: number;
  readonly timers: Timers;
}

/** Each attempt that fails is another writer's success. */
const attempts = 100;

/** A list in a store, which is asked again and again. The store is not closed: it is its owner's. */
export class StoreSource implements DenySource {
  readonly #store: Store;
  readonly #key: string;
  readonly #origin: string;
  readonly #pollMs: number;
  readonly #timers: Timers;
  readonly #state: DenyListState;
  readonly #queue = new TaskQueue();
  #cancelPoll: (() => void) | undefined;
  #last: LastRead | undefined;

  constructor(state: DenyListState, { store, key, pollMs, timers }: StoreSourceOptions) {
    this.#store = store;
    this.#key = key;
    this.#origin = `store (${key})`;
    this.#pollMs = pollMs;
    this.#timers = timers;
    this.#state = state;
    this.#poll();
  }

  update(change: DenyChange): Promise<boolean> {
    return this.#queue.run(async () => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const stored = await this.#ask(() => this.#store.get(this.#key));
        const { index } = await this.#parse(stored);
        const changed = change(index.items);
        if (changed === index.items) return false;
        const next = await doInSlices(DenyIndex.build(changed), letOthersRun);
        const text = writeDocument(next, this.#origin);
        if (!(await this.#ask(() => this.#store.compareAndSet(this.#key, stored, text)))) continue;
        this.#accept({ text, index: next });
        return true;
      }
      throw new Error(`${this.#origin} is too busy: other writers always came first.`);
    });
  }

  close(): void {
    this.#cancelPoll?.();
  }

  #poll(): void {
    void this.#queue
      .run(() => this.#reload())
      .then(() => {
        if (this.#state.isClosed) return;
        this.#cancelPoll = this.#timers.after(this.#pollMs, () => {
          this.#poll();
        });
      });
  }

  async #reload(): Promise<void> {
    try {
      const stored = await this.#ask(() => this.#store.get(this.#key));
      if (stored === undefined && this.#last?.text !== undefined) {
        this.#state.reject(`${this.#origin}: the list is gone`);
        return;
      }
      this.#accept(await this.#parse(stored));
    } catch (error) {
      this.#state.reject(error instanceof ConfigError ? error.message : describeFault(error));
    }
  }

  #accept(read: LastRead): void {
    if (this.#last !== undefined && read.text === this.#last.text) {
      this.#state.confirm();
      return;
    }
    this.#last = read;
    this.#state.replace(read.index);
  }

  /** Where there is nothing, nobody was denied yet; what is gone since is written again with the next change. */
  async #parse(text: string | undefined): Promise<LastRead> {
    if (text === undefined) return this.#last ?? { text, index: DenyIndex.empty };
    if (text === this.#last?.text) return this.#last;
    checkLength(Buffer.byteLength(text), this.#origin);
    return { text, index: await doInSlices(readDocument(text, this.#origin), letOthersRun) };
  }

  #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    return askStore(question, this.#timers);
  }
}
