import type { DenyListEvent } from "./deny-list/deny-list-event.ts";

/** What happens to revocation data in the background, for logs and alarms. */
export type RevocationEvent = {
  /** Epoch milliseconds. */
  readonly time: number;
} & RevocationOccurrence;

/** The same without its time, which is added in one place. */
export type RevocationOccurrence =
  | {
      readonly type: "revocation-list-loaded";
      /** The file or address that it came from. */
      readonly source: string;
      /** The name of the list's issuer as RFC 4514 text. */
      readonly issuer: string;
      /** The CRL number (RFC 5280 5.2.3) in decimal; undefined: it has none. */
      readonly number: string | undefined;
      readonly isDelta: boolean;
      /** How many certificates it speaks of. */
      readonly entries: number;
      /** Epoch milliseconds. */
      readonly thisUpdate: number;
      /** Epoch milliseconds. */
      readonly nextUpdate: number;
    }
  | {
      /** It replaces nothing: the last good list counts on until its nextUpdate. */
      readonly type: "revocation-list-rejected";
      readonly source: string;
      readonly problem: string;
    }
  | {
      /** It is in use, and no newer one has come: from now on the mode decides about those of whom it says nothing. */
      readonly type: "revocation-list-expired";
      readonly source: string;
      readonly issuer: string;
      /** The CRL number (RFC 5280 5.2.3) in decimal. */
      readonly number: string | undefined;
      readonly isDelta: boolean;
      /** Epoch milliseconds. */
      readonly nextUpdate: number;
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
      /** The name of the trust set. */
      readonly trust: string;
      /** Facts about the certificate, as in `decision.reason.details`. */
      readonly details: Readonly<Record<string, string | number>>;
    }
  | {
      /** An operator made older lists acceptable again. */
      readonly type: "revocation-marks-reset";
      /** Of the lists, as RFC 4514 text. */
      readonly issuer: string;
      /** Who decided it, and why. */
      readonly by: string;
      readonly why: string;
    }
  | DenyListEvent;

export type EmitRevocation = (event: RevocationOccurrence) => void;
