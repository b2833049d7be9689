import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { runCampaign, type CampaignResult } from "./campaign.ts";
import { endsWithin } from "./deadline.ts";
import { readFailure, writeFailure, type Failure } from "./failure-file.ts";
import { judgeInput } from "./judge-input.ts";
import { MemoryWatch, mostGrowthMiB } from "./memory-watch.ts";
import type { Random } from "./random.ts";
import { runFuzz } from "./run-fuzz.ts";
import type { Finding, Stage, Target } from "./target.ts";

const start = fileURLToPath(new URL("start.js", import.meta.url));
const run = promisify(execFile);

interface WrittenTarget {
  readonly name: string;
  readonly mutants: number;
  readonly stages: Readonly<Record<Stage, number>>;
  readonly verdicts: Readonly<Record<string, number>>;
}

/** The least share of mutants, in percent, that are read, of which paths are judged, and that are verified. */
const floors: Readonly<Record<string, readonly [read: number, judged: number, verified: number]>> =
  {
    certificate: [20, 0, 0],
    chain: [25, 14, 3],
    identity: [18, 11, 4],
    trust: [2, 0, 0],
    pem: [25, 0, 0],
    list: [18, 0, 0],
    revocation: [80, 75, 25],
    ocsp: [25, 25, 5],
    names: [6, 0, 0],
  };

describe("npm run fuzz", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("finds no fault with 50,000 mutants (or in 20 seconds), and reaches what lies deep", async function () {
    this.timeout(120_000);
    const file = join(folder, "result.json");
    const bounds = ["--mutants", "50000", "--seconds", "20", "--seed", "1"];
    const { stdout } = await run(process.execPath, [start, ...bounds, "--json", file], {
      // What is timed must not be counted as well.
      env: { ...process.env, NODE_V8_COVERAGE: "" },
    });
    expect(stdout).to.contain("No fault.");
    const { mutants, targets } = JSON.parse(readFileSync(file, "utf8")) as {
      readonly mutants: number;
      readonly targets: readonly WrittenTarget[];
    };
    expect(mutants).to.be.greaterThan(5_000);
    expect(targets.map(({ name }) => name)).to.have.members(Object.keys(floors));
    for (const { name, mutants: own, stages } of targets) {
      const [read, judged, verified] = floors[name]!;
      const judgedOrVerified = stages.judged + stages.verified;
      expect((100 * (stages.read + judgedOrVerified)) / own, `${name} read`).to.be.at.least(read);
      expect((100 * judgedOrVerified) / own, `${name} judged`).to.be.at.least(judged);
      expect((100 * stages.verified) / own, `${name} verified`).to.be.at.least(verified);
    }
    const chain = targets.find(({ name }) => name === "chain");
    expect(Object.keys(chain?.verdicts ?? {}), "different verdicts").to.have.length.greaterThan(25);
  });

  it("runs a written failure again", function () {
    this.timeout(60_000);
    const text = Buffer.from("spiffe://corp.example/a");
    const path = writeFailure(folder, { target: "names", fault: "none", input: { text } }, 1);
    const { code, printed } = fuzz("--replay", path);
    expect(printed).to.match(/^names: a name, .* ms\nNo fault\.$/);
    expect(code).to.equal(0);
  });

  for (const [misuse, args, words] of [
    ["a target that it has not", ["--only", "nothing"], "certificate, chain, identity"],
    ["a number that is none", ["--seconds", "soon"], "--seconds soon is not a number"],
    ["an option that it has not", ["--minutes", "1"], "--seconds N"],
  ] as const) {
    it(`ends with 2 when it is asked for ${misuse}`, function () {
      this.timeout(60_000);
      const { code, printed } = fuzz(...args);
      expect(printed).to.contain(words);
      expect(code).to.equal(2);
    });
  }
});

/** The same in this process, which spares the start of another. */
function fuzz(...args: readonly string[]): { code: number; printed: string } {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  return { code: runFuzz(args, { print, complain: print }), printed: lines.join("\n") };
}

/** A target whose input is a number below 100. */
function targetOf(run: (input: number) => Partial<Finding>): Target<unknown> {
  return {
    name: "planted",
    share: 1,
    mutant: (random: Random) => random.below(100),
    run: (input) => ({
      stage: "read",
      verdict: "read",
      facts: "",
      ...run(input as number),
    }),
  };
}

function campaign(target: Target<unknown>): { result: CampaignResult; failures: Failure[] } {
  const failures: Failure[] = [];
  const onFailure = (failure: Failure): void => void failures.push(failure);
  const bounds = { seed: 1, mutants: 2_000, seconds: 60 };
  return { result: runCampaign({ ...bounds, targets: [target], onFailure }), failures };
}

describe("the fuzzer, where there is a fault", () => {
  it("tells an error that is thrown once, with the input that shows it", () => {
    const { result, failures } = campaign(
      targetOf((input) => {
        if (input === 77) throw new RangeError("planted");
        return {};
      }),
    );
    expect(result).to.include({ mutants: 2_000, failures: 1 });
    expect(failures).to.have.length(1);
    expect(failures[0]).to.include({ target: "planted", input: 77 });
    expect(failures[0]?.fault).to.contain("RangeError: planted");
  });

  it("tells what a target finds to be wrong", () => {
    const { failures } = campaign(targetOf((input) => (input === 3 ? { fault: "unsound" } : {})));
    expect(failures).to.deep.equal([{ target: "planted", fault: "unsound", input: 3 }]);
  });

  it("tells an input that takes more than 50 ms of CPU time", () => {
    const { fault } = judgeInput(
      targetOf(() => (spin(70), {})),
      1,
      { repeats: false },
    );
    expect(fault).to.match(/^it takes \d+\.\d ms of CPU time/);
  });

  it("does not tell one that was only kept waiting", () => {
    const waiting = targetOf(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 70);
      return {};
    });
    expect(judgeInput(waiting, 1, { repeats: false }).fault).to.equal(undefined);
  });

  it("tells an answer that is another the second time", () => {
    let calls = 0;
    const { fault } = judgeInput(
      targetOf(() => ({ facts: String(calls++) })),
      1,
      { repeats: true },
    );
    expect(fault).to.equal("it says something else the second time");
  });

  it("ends what does not end by itself", () => {
    expect(endsWithin(50, () => /^(a+)+$/.test(`${"a".repeat(64)}b`))).to.equal(false);
    expect(endsWithin(5_000, () => undefined)).to.equal(true);
    expect(() => endsWithin(5_000, () => fail())).to.throw("planted");
  });

  it("writes octets to a file and reads them again", () => {
    const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    const input = { leaf: Buffer.from("00ff", "hex"), others: [Buffer.of(1)], time: 5 };
    const failure = { target: "chain", fault: "planted", input };
    expect(readFailure(writeFailure(folder, failure, 1))).to.deep.equal(failure);
    rmSync(folder, { recursive: true });
  });

  it("sees memory that grows, and none that a cache fills once", () => {
    const growthOf = (...samples: readonly number[]): number | undefined => {
      const watch = new MemoryWatch();
      watch.samples.push(
        ...samples.map((aliveMiB, mutants) => ({ mutants, aliveMiB, residentMiB: 0 })),
      );
      return watch.growthMiB;
    };
    expect(growthOf(40, 50, 60, 60, 61, 60, 59, 60, 60)).to.be.lessThan(mostGrowthMiB);
    expect(growthOf(40, 50, 60, 64, 68, 72, 76, 80, 84)).to.be.greaterThan(mostGrowthMiB);
    expect(growthOf(40, 50)).to.equal(undefined);
  });
});

/** CPU time: the clock goes on while others have the processor. */
function spin(milliseconds: number): void {
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < milliseconds * 1_000);
}

function fail(): never {
  throw new Error("planted");
}
