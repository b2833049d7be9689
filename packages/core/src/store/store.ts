/**
 * Keeps what has to outlive a request or a process, and what several processes share: the highest CRL numbers seen, an own list
 * of denied certificates. Values are text; keys are short and printable. Every method may reject, and whoever calls it fails closed.
 */
export interface Store {
  /** Undefined where there is none, or it has expired. */
  get(key: string): Promise<string | undefined>;
  /** `until`, in epoch milliseconds: when the value is forgotten. Left out: never. */
  set(key: string, value: string, until?: number): Promise<void>;
  /** Writes only if the value is still the expected one (undefined: none), in one step for all processes; says whether it did. */
  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string,
    until?: number,
  ): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Lets go of files and connections. */
  close(): Promise<void>;
}
