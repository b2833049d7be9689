import type { CaseResult, SuiteResult } from "./case-result.ts";
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

/** Counts for each group and for all, then every disagreement. */
export function textReport(
  { name, results }: SuiteResult,
  exceptions: ReadonlyMap<string, string>,
): readonly string[] {
  const groups = [...new Set(results.map(({ group }) => group))];
  return [
    name,
    "",
    ...table([
      headings,
      ...groups.map((group) => row(group, tally(results.filter((one) => one.group === group)))),
      row("all", tally(results)),
    ]),
    ...disagreements(results, exceptions),
  ];
}

function row(name: string, counts: Tally): readonly string[] {
  const { total, agreed, wronglyAccepted, wronglyRefused, crashed, soft, slowest } = counts;
  return [
    name,
    ...[total, agreed, wronglyAccepted, wronglyRefused, crashed].map(String),
    soft.total === 0 ? "-" : `${soft.agreed} of ${soft.total}`,
    slowest === undefined ? "-" : `${slowest.ms.toFixed(1)} ms  ${slowest.id}`,
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
  results: readonly CaseResult[],
  exceptions: ReadonlyMap<string, string>,
): readonly string[] {
  const lines = results
    .filter(({ comparison }) => comparison !== "agreed")
    .map(({ id, isSoft, difference }) => {
      const why = exceptions.get(id);
      const remark = isSoft ? " (soft)" : why === undefined ? "" : ` (excepted: ${why})`;
      return `${id}: ${difference}${remark}`;
    });
  return lines.length === 0 ? [] : ["", ...lines];
}
