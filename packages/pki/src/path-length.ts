import { PkiError } from "./pki-error.ts";

/**
 * How many authorities may follow the new one (RFC 5280 4.2.1.9), `undefined` for any number. `above`
 * is what its issuer allows.
 */
export function decidePathLength(
  wanted: number | undefined,
  above: number | undefined,
): number | undefined {
  if (above === 0) {
    throw new PkiError(
      "pathLength",
      `This authority was made with "pathLength" 0 and has no intermediates. Issue from it directly.`,
    );
  }
  const most = above === undefined ? undefined : above - 1;
  if (wanted === undefined) return most;
  if (!Number.isInteger(wanted) || wanted < 0) {
    throw new PkiError("pathLength", `"pathLength" is not a whole number from 0. Leave it out.`);
  }
  if (most !== undefined && wanted > most) {
    throw new PkiError(
      "pathLength",
      `"pathLength" ${wanted} is more than the issuer allows. Give ${most} or less.`,
    );
  }
  return wanted;
}
