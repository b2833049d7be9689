/** Something was read anew while the server runs, or could not be. */
export type ReloadEvent = {
  /** Epoch milliseconds. */
  readonly time: number;
} & ReloadOccurrence;

/** What asked for it: `reload()`, a signal, or a file that changed. */
export type ReloadCause = "call" | "signal" | "watch";

/** The same without its time, which is added in one place. */
export type ReloadOccurrence = {
  readonly by: ReloadCause;
  /** The options of the shield, or the certificate and key of the server. */
  readonly subject: "shield" | "server-certificate";
} & (
  | { readonly outcome: "reloaded" }
  /** What was in use before stays in use. */
  | { readonly outcome: "failed"; readonly problem: string }
);

export type EmitReload = (event: ReloadOccurrence) => void;
