/** Why there is no answer, as the predicate of a sentence about the host: fit to be shown. */
export class FetchFailure extends Error {
  override readonly name = "FetchFailure";
}

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection",
  ECONNRESET: "hung up",
  EPIPE: "hung up",
  ENOTFOUND: "has no address",
  EAI_AGAIN: "could not be looked up",
  ETIMEDOUT: "did not answer",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
};

/** What an error of the network means, as the predicate of a sentence. Only its code is shown: messages may be long, or hold secrets. */
export function printFetchError(error: unknown): string {
  if (error instanceof FetchFailure) return error.message;
  const code = codeOf(error);
  if (code === undefined) return "could not be asked";
  if (code.startsWith("HPE_")) return `did not answer in HTTP (${code})`;
  return meanings[code] ?? `could not be asked (${code})`;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  const { code } = error;
  return typeof code === "string" && /^[A-Z][A-Z\d_]{1,63}$/.test(code) ? code : undefined;
}
