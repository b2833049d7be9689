import { DenyIndex } from "./deny-index.ts";
import type { DenyListEvent } from "./deny-list-event.ts";

/** What a list knows at the moment: its sources replace it, its readers look into it. */
export class DenyListState {
  readonly source: string;
  readonly #listeners = new Set<() => unknown>();
  readonly #eventListeners = new Set<(event: DenyListEvent) => unknown>();
  readonly #waiting = new Set<{ resolve: () => void; reject: (error: Error) => void }>();
  #index: DenyIndex | undefined;
  #problem: string | undefined;
  #revision = 0;
  #closed = false;

  constructor(source: string) {
    this.source = source;
  }

  /** Empty until it was read once. */
  get index(): DenyIndex {
    return this.#index ?? DenyIndex.empty;
  }

  get revision(): number {
    return this.#revision;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  get wasRead(): boolean {
    return this.#index !== undefined;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  replace(index: DenyIndex): void {
    if (this.#closed) return;
    this.#problem = undefined;
    const before = this.index;
    const isFirst = this.#index === undefined;
    this.#index = index;
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
    const added = index.countMissingIn(before);
    const removed = before.countMissingIn(index);
    this.#revision++;
    for (const listener of this.#listeners) tell(listener, undefined);
    if (isFirst && added === 0) return;
    this.#emit({
      type: "deny-list-changed",
      source: this.source,
      revision: this.#revision,
      entries: index.items.length,
      added,
      removed,
    });
  }

  /** What is there now is what was read last. */
  confirm(): void {
    this.#problem = undefined;
  }

  reject(problem: string): void {
    if (this.#closed || this.#problem === problem) return;
    this.#problem = problem;
    this.#emit({ type: "deny-list-rejected", source: this.source, problem });
  }

  onChange(listener: () => unknown): () => void {
    // A function of its own, so that a listener may be added twice and taken away once.
    const call = () => listener();
    this.#listeners.add(call);
    return () => {
      this.#listeners.delete(call);
    };
  }

  onEvent(listener: (event: DenyListEvent) => unknown): () => void {
    const call = (event: DenyListEvent) => listener(event);
    this.#eventListeners.add(call);
    return () => {
      this.#eventListeners.delete(call);
    };
  }

  ready(): Promise<void> {
    if (this.wasRead) return Promise.resolve();
    if (this.#closed) return Promise.reject(closedEarly(this.source));
    return new Promise((resolve, reject) => {
      this.#waiting.add({ resolve, reject });
    });
  }

  close(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting) reject(closedEarly(this.source));
    this.#waiting.clear();
    this.#listeners.clear();
    this.#eventListeners.clear();
  }

  #emit(event: DenyListEvent): void {
    for (const listener of this.#eventListeners) tell(listener, event);
  }
}

function tell<Message>(listener: (message: Message) => unknown, message: Message): void {
  const ignore = (): void => {
    // One listener must not keep the others, or the list itself, from the news.
  };
  try {
    // An async listener fails later; Promise.resolve also adopts promises of other libraries.
    Promise.resolve(listener(message)).catch(ignore);
  } catch {
    ignore();
  }
}

function closedEarly(source: string): Error {
  return new Error(`The list of denied certificates (${source}) was closed before it was read.`);
}
