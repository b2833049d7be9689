import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCampaign } from "./campaign.ts";
import { readFailure, writeFailure } from "./failure-file.ts";
import { judgeInput } from "./judge-input.ts";
import { printReport, reportAsJson } from "./report.ts";
import { makeCorpus } from "./seeds/corpus.ts";
import type { Target } from "./target.ts";
import { allTargets } from "./targets.ts";

export interface Output {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

const usage =
  "npm run fuzz -- [--seconds N] [--mutants N] [--seed S] [--only TARGET] [--json OUT] [--replay FILE]";

interface Request {
  readonly seconds: number;
  readonly mutants: number;
  readonly seed: number;
  readonly only: string | undefined;
  readonly json: string | undefined;
  readonly replay: string | undefined;
}

/** Does what the command line asks for, and returns the exit code: 0, 1 where the engine is at fault, 2 for misuse. */
export function runFuzz(args: readonly string[], { print, complain }: Output): number {
  const request = readRequest(args);
  if (typeof request === "string") {
    complain(`${request}\n${usage}`);
    return 2;
  }
  const targets = allTargets(makeCorpus());
  const names = targets.map(({ name }) => name);
  if (request.only !== undefined && !names.includes(request.only)) {
    complain(`There is no target ${request.only}. The targets are: ${names.join(", ")}.`);
    return 2;
  }
  if (request.replay !== undefined) return replay(request.replay, targets, { print, complain });

  let failures = 0;
  const result = runCampaign({
    ...request,
    targets: targets.filter(({ name }) => request.only === undefined || name === request.only),
    onFailure: (failure) => {
      const path = writeFailure(join(tmpdir(), "mtls-shield-fuzz"), failure, ++failures);
      complain(`${failure.target}: ${failure.fault}\n  npm run fuzz -- --replay ${path}`);
    },
  });
  for (const line of printReport(result)) print(line);
  if (request.json !== undefined) writeFileSync(request.json, reportAsJson(result));
  return result.failures === 0 ? 0 : 1;
}

function replay(
  path: string,
  targets: readonly Target<unknown>[],
  { print, complain }: Output,
): number {
  const { target: name, input } = readFailure(path);
  const target = targets.find((one) => one.name === name);
  if (target === undefined) {
    complain(`There is no target ${name}.`);
    return 2;
  }
  const { finding, milliseconds, fault } = judgeInput(target, input, { repeats: true });
  print(`${name}: ${finding?.verdict ?? "nothing"}, ${milliseconds.toFixed(1)} ms`);
  print(fault ?? "No fault.");
  return fault === undefined ? 0 : 1;
}

/** A string says what is wrong. */
function readRequest(args: readonly string[]): Request | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seconds: { type: "string" },
        mutants: { type: "string" },
        seed: { type: "string" },
        only: { type: "string" },
        json: { type: "string" },
        replay: { type: "string" },
      },
    });
    const isBounded = values.seconds !== undefined || values.mutants !== undefined;
    return {
      seconds: readNumber("seconds", values.seconds, isBounded ? Infinity : 60),
      mutants: readNumber("mutants", values.mutants, Infinity),
      // A new seed each time finds more; it is printed, so that a run can be repeated.
      seed: readNumber("seed", values.seed, Date.now() % 1_000_000),
      only: values.only,
      json: values.json,
      replay: values.replay,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

function readNumber(option: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new TypeError(`--${option} ${text} is not a number.`);
}
