import type { Certificate } from "../x509/certificate.ts";
import type { Reason } from "../reasons/reason.ts";

/** What the other end of a connection presented, before anybody judged it. */
export type Presentation =
  | { readonly outcome: "presented"; readonly chain: PresentedChain }
  | { readonly outcome: "absent"; readonly reason: Reason };

/** Certificates whose private key the client proved to hold (the first one's), in the order in which they came. */
export interface PresentedChain {
  readonly client: Certificate;
  readonly intermediates: readonly Certificate[];
  /** SHA-256 over all of them, hex. */
  readonly fingerprint: string;
  /** TLS may have hidden intermediates: a resumed session, or an OpenSSL verdict that needs more than is shown. */
  readonly mayBeIncomplete: boolean;
}
