import type { Random } from "./random.ts";

/** How far a mutant came: it could not be read, it was read, paths were judged, it was found to be sound. */
export type Stage = "unreadable" | "read" | "judged" | "verified";

export const stages: readonly Stage[] = ["unreadable", "read", "judged", "verified"];

/** What the engine made of a mutant. */
export interface Finding {
  readonly stage: Stage;
  /** Why, in one word or two, to be counted. */
  readonly verdict: string;
  /** Everything that was learned: the same each time. */
  readonly facts: string;
  /** What must never be; undefined: all is well. */
  readonly fault?: string | undefined;
}

/** Something that hostile input can reach. Its input is data that a file can hold: JSON, and octets. */
export interface Target<Input> {
  readonly name: string;
  /** How many of a hundred mutants are its own. */
  readonly share: number;
  mutant(random: Random): Input;
  run(input: Input): Finding;
}
