import type { Connection } from "./call-api.ts";
import type { Row } from "./run-scenarios.ts";

export interface Judgement {
  readonly total: number;
  readonly failed: number;
  /** Every row is as expected, and there are rows. */
  readonly passed: boolean;
}

/** What is not as expected in a row; undefined when everything is. */
export function faultOf({ scenario, first, answer }: Row): string | undefined {
  const { expected, connection } = scenario;
  if (answer instanceof Error) return `no answer: ${answer.message}`;
  const wanted = [expected.status, expected.code ?? "no reason", over[connection]].join(", ");
  const got = [answer.status, answer.code ?? "no reason", over[answer.connection]].join(", ");
  if (wanted !== got) return `expected ${wanted}; got ${got}`;
  if (first?.status === expected.firstStatus) return undefined;
  return `the first call was answered ${first?.status ?? "not at all"}, expected ${expected.firstStatus ?? "none"}`;
}

/** Whether the demo shows what it is there to show. */
export function judge(rows: readonly Row[]): Judgement {
  const failed = rows.filter((row) => faultOf(row) !== undefined).length;
  return { total: rows.length, failed, passed: rows.length > 0 && failed === 0 };
}

const over: Readonly<Record<Connection, string>> = {
  new: "a new session",
  resumed: "a resumed session",
  kept: "a kept connection",
};
