import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { authority, testKeyPair } from "@mtls-shield/testkit";
import { expect } from "chai";
import { inFolder, type WrittenCase } from "../conform.ts";
import type { PathCase } from "../path-case.ts";
import { readSuite } from "../read-suite.ts";
import { UsageError } from "../usage-error.ts";
import { soundCase, writtenCase } from "../written-case.ts";
import { judgeInThread } from "./judge-in-thread.ts";
import { markers, replaceBetweenMarkers } from "./replace-between-markers.ts";
import { scoreTable } from "./score-table.ts";
import { ways } from "./ways.ts";

const start = fileURLToPath(new URL("../score.js", import.meta.url));
const run = promisify(execFile);

describe("npm run score", () => {
  it("judges a chain that every way accepts, and one that none does", async function () {
    this.timeout(60_000);
    // RSA, which is all that one of the ways reads.
    const rsa = { keyAlgorithm: "rsa-2048" } as const;
    const names = { dnsNames: ["a.example.com"] };
    const chain = authority(rsa)
      .intermediate(rsa)
      .client({ ...rsa, ...names });
    const expected_peer_name = { kind: "DNS", value: "a.example.com" };
    const cases = casesOf([
      writtenCase(chain, { expected_peer_name }),
      writtenCase(chain, { expected_peer_name, untrusted_intermediates: [] }),
      writtenCase(chain, { expected_peer_name: { kind: "DNS", value: "b.example.com" } }),
    ]);
    for (const way of Object.keys(ways)) {
      const answers = await judgeInThread(way, cases, { now: Date.now(), limitMs: 10_000 });
      const verdicts = answers.map((answer) => answer?.accepted);
      expect(verdicts, way).to.deep.equal([true, false, false]);
    }
  });

  it("ends what finds no end, and goes on with the next case", async function () {
    this.timeout(60_000);
    const cases = casesOf([endlessCase(), soundCase()]);
    const answers = await judgeInThread("pkijs", cases, { now: Date.now(), limitMs: 1_500 });
    expect(answers.map((answer) => answer?.accepted)).to.deep.equal([undefined, true]);
  });

  it("prints a table of all ways", async function () {
    this.timeout(60_000);
    const { stdout } = await withSuite([soundCase(), soundCase({ features: ["soft"] })], (suite) =>
      run(process.execPath, [start, suite, "--seconds", "10"]),
    );
    const rows = stdout.split("\n").filter((line) => line.startsWith("|"));
    expect(rows).to.have.length(2 + Object.keys(ways).length);
    expect(rows[0]).to.contain("| 1 cases |");
    expect(rows[2]).to.match(/^\| \*\*mtls-shield\*\* \| 1 \| 0 \| 0 \| 0 \| [\d.]+ ms \|$/);
  });

  it("counts every answer in one column", () => {
    const cases = casesOf([
      soundCase(),
      soundCase(),
      soundCase({ expected_result: "FAILURE" }),
      soundCase(),
    ]);
    const quick = { accepted: true, ms: 1.234 };
    const slow = { accepted: false, ms: 20 };
    const [, , all, some] = scoreTable(
      cases,
      [
        { title: "all", answers: [quick, slow, quick, slow] },
        { title: "some", answers: [quick, slow, quick, undefined] },
      ],
      8_000,
    );
    expect(all).to.equal("| all | 1 | 1 | 2 | 0 | 20 ms |");
    expect(some).to.equal("| some | 1 | 1 | 1 | 1 | over 8.0 s |");
  });

  it("rewrites what stands between the markers, and nothing else", () => {
    const { begin, end } = markers;
    const text = replaceBetweenMarkers(`before\n${begin}\nold\n${end}\nafter\n`, ["new", "lines"]);
    expect(text).to.equal(`before\n${begin}\n\nnew\nlines\n\n${end}\nafter\n`);
    for (const without of ["", begin, end, `${end}\n${begin}`]) {
      expect(() => replaceBetweenMarkers(without, [])).to.throw(UsageError, begin);
    }
  });

  it("says in a sentence what it cannot do", async function () {
    this.timeout(30_000);
    for (const [args, complaint] of [
      [["absent.json"], "There is no file absent.json."],
      [["absent.json", "--seconds", "soon"], "--seconds is not a number above 0."],
    ] as const) {
      const error: unknown = await run(process.execPath, [start, ...args]).catch(
        (reason: unknown) => reason,
      );
      expect(error).to.include({ code: 2, stdout: "" });
      expect(error).to.have.property("stderr").that.contains(complaint);
    }
  });
});

/** Two authorities that certify each other, and a root that certifies neither. */
function endlessCase(): WrittenCase {
  const a = { commonName: "A", keyPair: testKeyPair("ecdsa-p256") };
  const b = { commonName: "B", keyPair: testKeyPair("ecdsa-p256") };
  const chain = authority(a).intermediate(b).client();
  return writtenCase(chain, {
    trusted_certs: [authority({ commonName: "Other" }).certificate.pem],
    untrusted_intermediates: [
      authority(a).intermediate(b).certificate.pem,
      authority(b).intermediate(a).certificate.pem,
    ],
    expected_result: "FAILURE",
  });
}

function casesOf(testcases: readonly WrittenCase[]): readonly PathCase[] {
  return inFolder((folder) => readSuite(write(folder, testcases)).cases);
}

function write(folder: string, testcases: readonly WrittenCase[]): string {
  const suite = join(folder, "suite.json");
  writeFileSync(suite, JSON.stringify({ testcases }));
  return suite;
}

/** The folder has to outlive what runs in it. */
async function withSuite<Result>(
  testcases: readonly WrittenCase[],
  use: (suite: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "mtls-shield-score-"));
  try {
    return await use(write(folder, testcases));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
