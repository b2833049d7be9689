import { constants } from "node:os";
import { ConfigError } from "@mtls-shield/core";

/** The part of `process` that tells of signals. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** Those that cannot be caught, that tell of a crash, and that would no longer end the process if somebody caught them. */
const unfit: ReadonlySet<string> = new Set([
  "SIGKILL",
  "SIGSTOP",
  "SIGBUS",
  "SIGFPE",
  "SIGILL",
  "SIGSEGV",
  "SIGTERM",
  "SIGINT",
]);

export function readReloadSignal(value: unknown): NodeJS.Signals | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || !Object.hasOwn(constants.signals, value)) {
    throw new ConfigError(
      "reloadSignal",
      "is not a signal of this system",
      'Write "SIGHUP" or "SIGUSR2".',
    );
  }
  if (unfit.has(value)) {
    throw new ConfigError(
      "reloadSignal",
      `${value} has another meaning, or cannot be caught`,
      'Write "SIGHUP" or "SIGUSR2".',
    );
  }
  return value as NodeJS.Signals;
}

/** Reloads whenever the process gets the signal, until the function that is returned is called. */
export function reloadOnSignal(
  signal: NodeJS.Signals | undefined,
  reload: () => Promise<void>,
  source: SignalSource = process,
): () => void {
  if (signal === undefined) return () => undefined;
  const listener = (): void => {
    reload().catch(() => {
      // Whoever listens was told; what was in use before stays so.
    });
  };
  source.on(signal, listener);
  return () => void source.off(signal, listener);
}
