import { checkKeys } from "./check-keys.ts";
import { ConfigError } from "./config-error.ts";
import { printValue } from "./print-value.ts";

// Types do not reach callers in JavaScript, nor values from a file: every option is read, none is believed.

/** An object as one writes it: a promise, a list or a class instance would hide what it holds. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A plain object with none but known keys. */
export function readObject<Key extends string>(
  value: unknown,
  known: readonly Key[],
  option: string,
  example: string,
): Readonly<Partial<Record<Key, unknown>>> {
  if (!isPlainObject(value)) {
    const name = option === "" ? "options" : option;
    throw new ConfigError(name, "is not an object", `Write ${example}.`);
  }
  return checkKeys(value, known, option);
}

export function readBoolean(value: unknown, fallback: boolean, option: string): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw new ConfigError(option, `${printValue(value)} is not a boolean`, "Write true or false.");
}

/** The options were typed when they were written; here it is only checked that they are functions at all. */
export function checkFunction(value: unknown, option: string): void {
  if (value === undefined || typeof value === "function") return;
  throw new ConfigError(option, "is not a function", "Pass a function, or leave it out.");
}

export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  const given = value as Readonly<Partial<Record<string, unknown>>>;
  return methods.every((name) => typeof given[name] === "function");
}

/** An object that can do one thing. */
export function checkMethod(value: unknown, option: string, method: string): void {
  if (value === undefined || hasMethods(value, [method])) return;
  throw new ConfigError(
    option,
    `has no method ${method}`,
    "Pass an object with it, or leave it out.",
  );
}

/** As for functions: what the list holds is for its reader to say. */
export function checkList(value: unknown, option: string): void {
  if (value === undefined || Array.isArray(value)) return;
  throw new ConfigError(option, "is not a list", "Pass a list, or leave it out.");
}

/** One of a few words; the first is the default. */
export function readChoice<Choice extends string>(
  value: unknown,
  choices: readonly [Choice, ...Choice[]],
  option: string,
  fallback: Choice = choices[0],
): Choice {
  if (value === undefined) return fallback;
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  throw new ConfigError(
    option,
    `${printValue(value)} is not one of its values`,
    `Write ${choices.map((candidate) => `"${candidate}"`).join(" or ")}.`,
  );
}
