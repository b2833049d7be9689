import type { RunningApi } from "./apis.ts";
import { faultOf, type Judgement } from "./judge.ts";
import type { Painter } from "./painter.ts";
import type { Row } from "./run-scenarios.ts";
import { scenarios } from "./scenarios.ts";

const widths = {
  endpoint: widest(scenarios.map(({ endpoint }) => endpoint)),
  client: widest(scenarios.map(({ client }) => client)),
};

/** The lines above the rows of one API. */
export function printHeading(
  { name, port }: Pick<RunningApi, "name" | "port">,
  paint: Painter,
): string {
  const columns = line(" ", ["endpoint", "client", "expected", "answer", "reason"]);
  return `\n  ${paint("bold", name)} on https://127.0.0.1:${port}\n\n${paint("dim", columns)}`;
}

/** The line above the rows of one chapter. */
export function printChapter(title: string, paint: Painter): string {
  return `\n  ${paint("dim", title)}`;
}

/** One row; what is wrong with it stands below it. */
export function printRow(row: Row, paint: Painter): string {
  const { scenario, answer } = row;
  const fault = faultOf(row);
  const [status, reason] =
    answer instanceof Error ? ["none", ""] : [String(answer.status), answer.code ?? ""];
  const mark = fault === undefined ? paint("green", "✓") : paint("red", "✗");
  const { endpoint, client, expected } = scenario;
  const text = line(mark, [endpoint, client, String(expected.status), status, reason]);
  return fault === undefined ? text : `${text}\n    ${paint("red", fault)}`;
}

/** The last line. */
export function printSummary(
  { total, failed, passed }: Judgement,
  tookMs: number,
  paint: Painter,
): string {
  const counts = `${total} calls: ${total - failed} as expected, ${failed} not`;
  const seconds = (tookMs / 1_000).toFixed(1);
  return `\n  ${paint(passed ? "green" : "red", counts)}, in ${seconds} s.\n`;
}

type Cells = readonly [
  endpoint: string,
  client: string,
  expected: string,
  answer: string,
  reason: string,
];

function line(mark: string, [endpoint, client, expected, answer, reason]: Cells): string {
  const cells = [
    endpoint.padEnd(widths.endpoint),
    client.padEnd(widths.client),
    expected.padEnd("expected".length),
    answer.padEnd("answer".length),
    reason,
  ];
  return `  ${mark} ${cells.join("  ")}`.trimEnd();
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
