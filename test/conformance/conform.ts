import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runConformance } from "./run-conformance.ts";

/** A case as a suite writes it. */
export type WrittenCase = Readonly<Record<string, unknown>>;

export interface ConformOptions {
  readonly args?: readonly string[];
  /** What exceptions.json holds. */
  readonly exceptions?: unknown;
  readonly gzip?: boolean;
}

export interface Conformity {
  readonly code: number;
  readonly output: string;
  readonly complaints: string;
  /** What `--json` wrote. */
  readonly report: WrittenReport;
}

interface WrittenReport {
  readonly suite: string;
  readonly total: number;
  readonly agreed: number;
  readonly wronglyAccepted: number;
  readonly wronglyRefused: number;
  readonly soft: { readonly total: number; readonly agreed: number };
  readonly slowestMs: number;
  readonly cases: readonly {
    readonly id: string;
    readonly expected: string;
    readonly actual: string;
    readonly reason: string | null;
    readonly ms: number;
    readonly userPolicySet: readonly string[] | null;
  }[];
}

/** Runs the command on a path suite made of these cases. */
export function conform(
  testcases: readonly WrittenCase[],
  options: ConformOptions = {},
): Conformity {
  return conformSuite({ version: 1, testcases }, options);
}

/** Runs the command on a suite as it is written. */
export function conformSuite(
  content: unknown,
  { args = [], exceptions = [], gzip = false }: ConformOptions = {},
): Conformity {
  return inFolder((folder) => {
    const text = JSON.stringify(content);
    const suite = join(folder, "suite.json");
    const json = join(folder, "report.json");
    const exceptionsFile = join(folder, "exceptions.json");
    writeFileSync(suite, gzip ? gzipSync(text) : text);
    writeFileSync(exceptionsFile, JSON.stringify(exceptions));
    const ran = runWith([suite, "--json", json, ...args], exceptionsFile);
    const report = ran.code === 2 ? undefined : (JSON.parse(readFileSync(json, "utf8")) as unknown);
    return { ...ran, report: report as WrittenReport };
  });
}

/** Runs the command on whatever the arguments say. */
export function runWith(args: readonly string[], exceptions: string): Omit<Conformity, "report"> {
  const output: string[] = [];
  const complaints: string[] = [];
  const code = runConformance(args, {
    exceptions,
    print: (line) => output.push(line),
    complain: (line) => complaints.push(line),
  });
  return { code, output: output.join("\n"), complaints: complaints.join("\n") };
}

/** Calls with a new folder, which is deleted afterwards. */
export function inFolder<Result>(use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-conformance-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
