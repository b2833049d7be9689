import { ConfigError } from "../base/config-error.ts";
import { readChoice } from "../base/read-option.ts";
import { legacyAlgorithms, noLegacy, type LegacyAlgorithm } from "../x509/signature.ts";

/** Reads the option that names weak algorithms to be accepted all the same. */
export function readLegacyAlgorithms(input: unknown, option: string): ReadonlySet<LegacyAlgorithm> {
  if (input === undefined) return noLegacy;
  if (!Array.isArray(input)) {
    throw new ConfigError(option, "is not a list", 'Write ["sha1"], or leave it out.');
  }
  return new Set(
    [...(input as readonly unknown[])].map((name, index) =>
      readChoice(name ?? null, legacyAlgorithms, `${option}[${index}]`),
    ),
  );
}
