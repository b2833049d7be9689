import { compare } from "./judgement.ts";
import { namespaceOf } from "./path-case.ts";
import type { Outcome } from "./run-cases.ts";
import { tally, type Tally } from "./tally.ts";

const headings = [
  "",
  "cases",
  "agreed",
  "wrongly accepted",
  "wrongly refused",
  "crashed",
  "soft agreed",
  "slowest",
];

/** Counts for each namespace and for all, then every disagreement. */
export function textReport(
  suite: string,
  outcomes: readonly Outcome[],
  exceptions: ReadonlyMap<string, string>,
): readonly string[] {
  const namespaces = [...new Set(outcomes.map(({ test }) => namespaceOf(test)))];
  return [
    suite,
    "",
    ...table([
      headings,
      ...namespaces.map((namespace) =>
        row(namespace, tally(outcomes.filter(({ test }) => namespaceOf(test) === namespace))),
      ),
      row("all", tally(outcomes)),
    ]),
    ...disagreements(outcomes, exceptions),
  ];
}

function row(name: string, counts: Tally): readonly string[] {
  const { total, agreed, wronglyAccepted, wronglyRefused, crashed, soft, slowest } = counts;
  return [
    name,
    ...[total, agreed, wronglyAccepted, wronglyRefused, crashed].map(String),
    soft.total === 0 ? "-" : `${soft.agreed} of ${soft.total}`,
    slowest === undefined ? "-" : `${slowest.ms.toFixed(1)} ms  ${slowest.test.id}`,
  ];
}

/** Names to the left, numbers to the right; the last column says what it likes. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = headings.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const last = headings.length - 1;
  return rows.map((cells) =>
    cells
      .map((cell, column) => {
        if (column === last) return cell;
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  "),
  );
}

function disagreements(
  outcomes: readonly Outcome[],
  exceptions: ReadonlyMap<string, string>,
): readonly string[] {
  const lines = outcomes
    .filter(({ test, judgement }) => compare(test, judgement) !== "agreed")
    .map((outcome) => {
      const why = exceptions.get(outcome.test.id);
      const remark = outcome.test.isSoft
        ? " (soft)"
        : why === undefined
          ? ""
          : ` (excepted: ${why})`;
      return `${outcome.test.id}: ${difference(outcome)}${remark}`;
    });
  return lines.length === 0 ? [] : ["", ...lines];
}

function difference({ test, judgement }: Outcome): string {
  const verdicts = `expected ${test.expected}, actual ${judgement.actual}`;
  if (judgement.actual !== "SUCCESS") return `${verdicts}, reason ${judgement.reason}`;
  if (test.expected === "FAILURE") return `${verdicts}, no reason`;
  const expected = list(test.expectedPolicies ?? []);
  return `${verdicts}, but expected policies ${expected}, actual ${list(judgement.policies)}`;
}

function list(policies: Iterable<string>): string {
  return `{${[...policies].sort().join(", ")}}`;
}
