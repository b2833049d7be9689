import type { PathCase } from "../path-case.ts";

/** A way to verify a chain. Whoever throws, refuses. */
export type Way = (test: PathCase, time: number) => boolean | Promise<boolean>;
