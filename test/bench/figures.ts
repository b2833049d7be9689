import { median, medianInterval } from "./statistics.ts";

/** One number of a run, with the target that it is held against. */
export interface Figure {
  /** Dotted, stable: what `--json` calls it. */
  readonly name: string;
  readonly value: number;
  /** 95 % confidence interval of the median. */
  readonly interval: readonly [number, number] | undefined;
  readonly unit: string;
  readonly target: { readonly atLeast: number } | { readonly atMost: number } | undefined;
}

/** The median of repeated measurements as a figure. */
export function figure(
  name: string,
  samples: readonly number[],
  unit: string,
  target?: Figure["target"],
): Figure {
  return { name, value: median(samples), interval: medianInterval(samples), unit, target };
}

/** Prints all figures as one table. */
export function printTable(figures: readonly Figure[]): void {
  const rows = figures.map((each) => [
    each.name,
    `${format(each.value)} ${each.unit}`.trim(),
    each.interval === undefined ? "" : `${format(each.interval[0])} to ${format(each.interval[1])}`,
    describeTarget(each),
  ]);
  const table = [["figure", "median", "95 % interval", "target"], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
  console.log(`\nNode ${process.versions.node}, ${process.platform}-${process.arch}`);
}

function describeTarget({ target, value }: Figure): string {
  if (target === undefined) return "";
  if ("atLeast" in target)
    return `>= ${target.atLeast}${value >= target.atLeast ? "" : "  MISSED"}`;
  return `<= ${target.atMost}${value <= target.atMost ? "" : "  MISSED"}`;
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}
