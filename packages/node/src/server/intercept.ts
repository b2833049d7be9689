import type { EventEmitter } from "node:events";

/** Stands in front of the listeners of an event: they are called when `proceed` is, with the same values unless it gets others. */
export type Interceptor = (
  proceed: (...others: readonly unknown[]) => void,
  ...values: readonly unknown[]
) => void;

/** Listeners cannot be put in front of others that were there first, nor hold them back: so it is done where they are called. */
export function intercept(
  emitter: EventEmitter,
  interceptors: Readonly<Record<string, Interceptor>>,
): void {
  const byEvent = new Map(Object.entries(interceptors));
  const emit = emitter.emit.bind(emitter);
  emitter.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    const interceptor = typeof event === "string" ? byEvent.get(event) : undefined;
    // Node asks by the result whether anybody is there who answers.
    if (interceptor === undefined || emitter.listenerCount(event) === 0) {
      return emit(event, ...values);
    }
    const proceed = (...others: readonly unknown[]): void => {
      emit(event, ...(others.length > 0 ? others : values));
    };
    interceptor(proceed, ...values);
    return true;
  };
}
