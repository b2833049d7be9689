import type { MtlsContext } from "@mtls-shield/core";

declare global {
  // Express's own way to be extended: its requests are of this interface.
  namespace Express {
    interface Request {
      /** Who called, and what was decided; set by `mtls()`. */
      mtls?: MtlsContext;
    }
  }
}
