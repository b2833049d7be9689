import type { PathCase } from "../path-case.ts";
import type { Answer } from "./judge-in-thread.ts";

export interface Score {
  readonly title: string;
  /** One for each case; undefined: no verdict in time. */
  readonly answers: readonly (Answer | undefined)[];
}

/** The Markdown table. */
export function scoreTable(
  cases: readonly PathCase[],
  scores: readonly Score[],
  limitMs: number,
): readonly string[] {
  return [
    `| ${cases.length} cases | agreed | wrongly accepted | wrongly refused | no verdict | slowest |`,
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...scores.map(({ title, answers }) => `| ${title} | ${cells(cases, answers, limitMs)} |`),
  ];
}

function cells(
  cases: readonly PathCase[],
  answers: readonly (Answer | undefined)[],
  limitMs: number,
): string {
  const counts = { agreed: 0, wronglyAccepted: 0, wronglyRefused: 0, none: 0 };
  let slowestMs = 0;
  for (const [index, { expected }] of cases.entries()) {
    const answer = answers[index];
    slowestMs = Math.max(slowestMs, answer?.ms ?? limitMs);
    if (answer === undefined) counts.none += 1;
    else if (answer.accepted === (expected === "SUCCESS")) counts.agreed += 1;
    else counts[answer.accepted ? "wronglyAccepted" : "wronglyRefused"] += 1;
  }
  const slowest = counts.none > 0 ? `over ${duration(limitMs)}` : duration(slowestMs);
  return [...Object.values(counts).map(String), slowest].join(" | ");
}

function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}
