import type { DenyListEvent } from "./deny-list/deny-list-event.ts";

/** What happens to revocation data in the background, for logs and alarms. */
export type RevocationEvent = { readonly time: number } & RevocationOccurrence;

/** The same without its time, which is added in one place. */
export type RevocationOccurrence =
  | {
      readonly type: "revocation-list-loaded";
      /** The file or address that it came from. */
      readonly source: string;
      readonly issuer: string;
      readonly number: string | undefined;
      readonly isDelta: boolean;
      readonly entries: number;
      /** Epoch milliseconds. */
      readonly thisUpdate: number;
      readonly nextUpdate: number;
    }
  | {
      /** It replaces nothing: the last good list counts on until its nextUpdate. */
      readonly type: "revocation-list-rejected";
      readonly source: string;
      readonly problem: string;
    }
  | {
      /** A file or address that gave nothing, or a responder without an answer that counts. */
      readonly type: "revocation-source-failed";
      readonly source: string;
      readonly problem: string;
    }
  | {
      /** A client passed although nobody could tell its status: `soft`. */
      readonly type: "revocation-status-forgiven";
      readonly trust: string;
      /** Facts about the certificate, as in `decision.reason.details`. */
      readonly details: Readonly<Record<string, string | number>>;
    }
  | {
      /** An operator made older lists acceptable again. */
      readonly type: "revocation-marks-reset";
      readonly issuer: string;
      readonly by: string;
      readonly why: string;
    }
  | DenyListEvent;

export type EmitRevocation = (event: RevocationOccurrence) => void;
