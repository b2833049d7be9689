import { PkiError } from "./pki-error.ts";

/** Checks that an option is one of its choices. */
export function checkChoice<Choice extends string>(
  option: string,
  given: unknown,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((one) => one === given);
  if (choice !== undefined) return choice;
  throw new PkiError(
    option,
    `"${option}" ${JSON.stringify(given)} is unknown. Use one of ${choices.join(", ")}.`,
  );
}
