import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { jsonReport } from "./json-report.ts";
import { runOcspSuite } from "./ocsp/run-ocsp-suite.ts";
import { readExceptions } from "./read-exceptions.ts";
import { runPathSuite } from "./run-path-suite.ts";
import { textReport } from "./text-report.ts";
import { UsageError } from "./usage-error.ts";

export interface Surroundings {
  /** The file of cases that may disagree. */
  readonly exceptions: string;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

const usage = "Usage: npm run conformance -- [--ocsp] FILE [--json OUT] [--only GLOB]";

/** The whole command. 0: all is as expected; 1: something is not; 2: nothing could be judged. */
export function runConformance(argv: readonly string[], surroundings: Surroundings): 0 | 1 | 2 {
  try {
    return run(argv, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    surroundings.complain(error.message);
    return 2;
  }
}

function run(argv: readonly string[], { exceptions: path, print, complain }: Surroundings): 0 | 1 {
  const { file, runSuite, json, only } = readArguments(argv);
  const exceptions = readExceptions(path);
  const suite = runSuite(file, only, Date.now());
  for (const line of textReport(suite, exceptions)) print(line);
  if (json !== undefined) writeJson(json, jsonReport(suite));

  const superfluous = suite.results.filter(
    ({ id, comparison }) => exceptions.has(id) && comparison === "agreed",
  );
  for (const { id } of superfluous) {
    complain(`The exception for ${id} is superfluous: the case agrees. Remove it from ${path}.`);
  }
  const failed = suite.results.some(
    ({ id, isSoft, comparison }) => comparison !== "agreed" && !isSoft && !exceptions.has(id),
  );
  return failed || superfluous.length > 0 ? 1 : 0;
}

function readArguments(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ocsp: { type: "boolean" },
        json: { type: "string" },
        only: { type: "string", multiple: true },
      },
    });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError(`Name one file.\n${usage}`);
    const runSuite = values.ocsp === true ? runOcspSuite : runPathSuite;
    return { file, runSuite, json: values.json, only: values.only ?? [] };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // All that parseArgs throws is what the words say of themselves.
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

function writeJson(path: string, report: object): void {
  try {
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}.`);
  }
}
