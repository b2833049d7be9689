import { PkiError } from "@mtls-shield/pki";

/** The PkiError that a call throws or rejects with; anything else is passed on. */
export async function thrownBy(call: () => unknown): Promise<PkiError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}
