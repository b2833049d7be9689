import { reasonInfo, type ReasonCode } from "../reasons/reasons.ts";
import type { DenyDecision } from "./decision.ts";
import { statusOf, type Statuses } from "./statuses.ts";

/** The code of a reason as `MtlsError` spells it: `certificate-expired` is `ERR_MTLS_CERTIFICATE_EXPIRED`. */
export type MtlsErrorCode = `ERR_MTLS_${string}`;

/**
 * A refusal, on its way to the one who answers it. Shaped like the errors of http-errors, so that the error handlers of
 * Express and Koa answer correctly without help. Its message may be shown to the client; the decision may not.
 */
export class MtlsError extends Error {
  override readonly name = "MtlsError";
  readonly code: MtlsErrorCode;
  readonly status: number;
  readonly statusCode: number;
  /** The message may be shown to the client. */
  readonly expose: boolean;
  /** Headers that belong to the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whoever answers also ends the connection: the client was revoked, and is not to be heard again on it. */
  readonly endsConnection: boolean;
  /** What was decided, with every detail: for logs. */
  readonly decision: DenyDecision;
  /** The code and the sentence that the client may see: those of an `engine` reason stay inside. */
  readonly publicReason: { readonly code: ReasonCode; readonly summary: string };

  constructor(decision: DenyDecision, statuses: Statuses) {
    const { reason } = decision;
    const publicCode = reason.category === "engine" ? "engine-failed" : reason.code;
    const { summary } = reasonInfo(publicCode);
    super(summary, reason.cause === undefined ? undefined : { cause: reason.cause });
    this.code = `ERR_MTLS_${reason.code.toUpperCase().replaceAll("-", "_")}`;
    this.status = statusOf(reason, statuses);
    this.statusCode = this.status;
    this.expose = this.status < 500;
    this.headers = Object.freeze({
      "Cache-Control": "no-store",
      ...(this.status === 401 && statuses.challenge !== undefined
        ? { "WWW-Authenticate": statuses.challenge }
        : {}),
    });
    this.endsConnection = reasonInfo(reason.code).endsConnection ?? false;
    this.decision = decision;
    this.publicReason = { code: publicCode, summary };
  }
}
