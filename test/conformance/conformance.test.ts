import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { bestCpuMs } from "../../packages/core/test/cpu-time.ts";
import { conform, inFolder, runWith } from "./conform.ts";
import { judgeCase } from "./judge-case.ts";
import { compare, type Judgement } from "./judgement.ts";
import { readSuite } from "./read-suite.ts";
import { runCases } from "./run-cases.ts";
import { soundCase } from "./written-case.ts";

const exceptions = fileURLToPath(new URL("exceptions.json", import.meta.url));
const published = fileURLToPath(new URL("../../../shared/conformance/limbo.json", import.meta.url));
const right = (id: string) => soundCase({ id });
const wrong = (id: string) => soundCase({ id, expected_result: "FAILURE" });

describe("npm run conformance", () => {
  it("prints counts for each namespace and for all, and every disagreement", () => {
    const { code, output } = conform([
      right("one::right"),
      wrong("one::wrong"),
      right("two::right"),
      soundCase({ id: "two::refused", untrusted_intermediates: [] }),
    ]);
    expect(code).to.equal(1);
    const rows = output.split("\n").map((line) => line.split(/\s+/).slice(0, 6).join(" "));
    expect(rows).to.include.members(["one 2 1 1 0 0", "two 2 1 0 1 0", "all 4 2 1 1 0"]);
    expect(output).to.match(/^all .* \d+\.\d ms {2}(one|two)::\w+$/m);
    expect(output).to.contain("one::wrong: expected FAILURE, actual SUCCESS, no reason\n");
    expect(output).to.contain(
      "two::refused: expected SUCCESS, actual FAILURE, reason issuer-unknown",
    );
  });

  it("writes what the README of the suites asks for", () => {
    const { report } = conform([
      right("a::right"),
      wrong("a::wrong"),
      soundCase({ id: "a::soft", features: ["soft"] }),
    ]);
    expect(report).to.deep.include({
      suite: "suite.json",
      total: 2,
      agreed: 1,
      wronglyAccepted: 1,
      wronglyRefused: 0,
      soft: { total: 1, agreed: 1 },
    });
    expect(report.slowestMs).to.equal(Math.max(...report.cases.map(({ ms }) => ms)));
    expect(report.cases.map(({ id }) => id)).to.deep.equal(["a::right", "a::wrong", "a::soft"]);
    expect(report.cases[0]).to.have.all.keys([
      "id",
      "expected",
      "actual",
      "reason",
      "ms",
      "userPolicySet",
    ]);
    expect(report.cases[0]).to.deep.include({
      expected: "SUCCESS",
      actual: "SUCCESS",
      reason: null,
      userPolicySet: [],
    });
  });

  it("counts soft cases by themselves, whatever their verdict", () => {
    const soft = { ...wrong("a::soft"), features: ["has-crl", "soft"] };
    const { code, report, output } = conform([right("a::right"), soft]);
    expect(code).to.equal(0);
    expect(report).to.deep.include({ total: 1, agreed: 1, soft: { total: 1, agreed: 0 } });
    expect(output).to.contain("a::soft: expected FAILURE, actual SUCCESS, no reason (soft)");
  });

  it("lets an exception disagree, and no other case", () => {
    const known = [{ id: "a::known", why: "because" }];
    const one = conform([right("a::right"), wrong("a::known")], { exceptions: known });
    expect(one).to.include({ code: 0 });
    expect(one.report).to.include({ agreed: 1, wronglyAccepted: 1 });
    expect(one.output).to.contain("(excepted: because)");
    const both = conform([wrong("a::other"), wrong("a::known")], { exceptions: known });
    expect(both).to.include({ code: 1 });
  });

  it("fails for an exception that agrees after all, and passes over one of another suite", () => {
    const { code, complaints } = conform([right("a::right")], {
      exceptions: [
        { id: "a::right", why: "no longer" },
        { id: "b::elsewhere", why: "not here" },
      ],
    });
    expect(code).to.equal(1);
    expect(complaints).to.match(/^The exception for a::right is superfluous/);
    expect(complaints).not.to.contain("b::elsewhere");
  });

  it("has no exceptions", () => {
    expect(JSON.parse(readFileSync(exceptions, "utf8"))).to.deep.equal([]);
  });

  it("reads gzip, whatever the file is called", () => {
    expect(conform([right("a::right")], { gzip: true }).report).to.include({ agreed: 1 });
  });

  it("judges only what --only describes", () => {
    const cases = [right("a::one"), right("a::two"), wrong("b::one"), right("a.:one")];
    const idsOf = (...globs: readonly string[]) =>
      conform(cases, { args: globs.flatMap((glob) => ["--only", glob]) }).report.cases.map(
        ({ id }) => id,
      );
    expect(idsOf("a::*")).to.deep.equal(["a::one", "a::two"]);
    expect(idsOf("*one")).to.deep.equal(["a::one", "b::one", "a.:one"]);
    expect(idsOf("?::one")).to.deep.equal(["a::one", "b::one"]);
    expect(idsOf("a.:one")).to.deep.equal(["a.:one"]);
    expect(idsOf("a::two", "b::*")).to.deep.equal(["a::two", "b::one"]);
  });

  it("refuses an --only that describes nothing", () => {
    const { code, complaints } = conform([right("a::one")], { args: ["--only", "one"] });
    expect(code).to.equal(2);
    expect(complaints).to.equal("No case is called one.");
  });

  describe("says in a sentence why nothing could be judged", () => {
    const refusals: readonly (readonly [what: string, content: string, complaint: RegExp])[] = [
      ["text", "hello", /suite\.json is not JSON: .+\.$/],
      ["damaged gzip", "\u001f\u008b\u0008damaged", /cannot be unpacked: .+\.$/],
      ["a list", "[]", /suite\.json is not an object\.$/],
      ["no test cases", "{}", /suite\.json: testcases is missing\.$/],
      ["test cases that are none", '{"testcases":7}', /testcases is not a list\.$/],
      ["an empty list of test cases", '{"testcases":[]}', /holds no test case\.$/],
      ["a case that is no object", '{"testcases":[7]}', /testcases\[0\] is not an object\.$/],
      ["a case without id", '{"testcases":[{}]}', /testcases\[0\]: id is missing\.$/],
    ];
    for (const [what, content, complaint] of refusals) {
      it(what, () => {
        inFolder((folder) => {
          const suite = join(folder, "suite.json");
          writeFileSync(suite, content, "latin1");
          const { code, output, complaints } = runWith([suite], exceptions);
          expect(complaints).to.match(complaint);
          expect({ code, output }).to.deep.equal({ code: 2, output: "" });
        });
      });
    }

    for (const [field, value, complaint] of [
      ["validation_kind", "PEER", "validation_kind is not CLIENT or SERVER"],
      ["expected_result", "MAYBE", "expected_result is not SUCCESS or FAILURE"],
      ["trusted_certs", undefined, "trusted_certs is missing"],
      ["trusted_certs", [7], "trusted_certs is not a list of strings"],
      ["peer_certificate", null, "peer_certificate is not a string"],
      ["validation_time", "yesterday", "validation_time is not ISO 8601"],
      ["max_chain_depth", -1, "max_chain_depth is not a whole number"],
      ["require_explicit_policy", "yes", "require_explicit_policy is not true or false"],
      ["crls", "none", "crls is not a list of strings"],
      ["weak", "sha1", "weak is not a list of strings"],
    ] as const) {
      it(`a case whose ${field} is ${JSON.stringify(value)}`, () => {
        const { code, complaints } = conform([right("a::one"), soundCase({ [field]: value })]);
        expect(complaints).to.match(/suite\.json, testcases\[1\] \(made::case\): .+\.$/);
        expect(complaints).to.contain(complaint);
        expect(code).to.equal(2);
      });
    }

    it("a name of a kind that nobody knows", () => {
      const { code, complaints } = conform([
        soundCase({ expected_peer_names: [{ kind: "URI", value: "a:b" }] }),
      ]);
      expect(complaints).to.contain("expected_peer_names[0]: kind is not DNS or IP or RFC822.");
      expect(code).to.equal(2);
    });

    it("a folder in place of a file, and a file that is not there", () => {
      inFolder((folder) => {
        expect(runWith([folder], exceptions)).to.include({ code: 2 });
        const absent = join(folder, "absent.json");
        const { code, complaints } = runWith([absent], exceptions);
        expect({ code, complaints }).to.deep.equal({
          code: 2,
          complaints: `There is no file ${absent}.`,
        });
      });
    });

    it("exceptions without a reason, or that are none", () => {
      for (const content of [[{ id: "a::one" }], {}, null]) {
        const { code, complaints } = conform([right("a::one")], { exceptions: content });
        expect(complaints).to.contain("exceptions.json");
        expect(code).to.equal(2);
      }
    });

    it("a report that cannot be written", () => {
      inFolder((folder) => {
        const { code, complaints } = conform([right("a::one")], { args: ["--json", folder] });
        expect(complaints).to.contain("cannot be written");
        expect(code).to.equal(2);
      });
    });

    it("arguments that mean nothing", () => {
      for (const args of [[], ["a.json", "b.json"], ["a.json", "--fast"], ["a.json", "--only"]]) {
        const { code, complaints } = runWith(args, exceptions);
        expect(complaints).to.contain("Usage: npm run conformance -- [--ocsp] FILE");
        expect(code).to.equal(2);
      }
    });
  });

  it("goes on after a case that breaks the engine, and never counts it as agreed", () => {
    const { cases } = inFolder((folder) => {
      const suite = join(folder, "suite.json");
      writeFileSync(suite, JSON.stringify({ testcases: [wrong("a::one"), right("a::two")] }));
      return readSuite(suite);
    });
    const outcomes = runCases(cases, (test): Judgement => {
      if (test.id === "a::one") throw new TypeError("broken");
      return { actual: "SUCCESS", policies: [] };
    });
    expect(outcomes.map(({ judgement }) => judgement)).to.deep.equal([
      { actual: "ERROR", reason: "TypeError: broken" },
      { actual: "SUCCESS", policies: [] },
    ]);
    expect(outcomes.map(({ test, judgement }) => compare(test, judgement))).to.deep.equal([
      "crashed",
      "agreed",
    ]);
  });

  it("is a command", async function () {
    this.timeout(30_000);
    const start = fileURLToPath(new URL("start.js", import.meta.url));
    const error: unknown = await promisify(execFile)(process.execPath, [
      start,
      "absent.json",
    ]).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 2, stdout: "" });
    // Newer releases of Node warn of hooks beside it.
    expect(error).to.have.property("stderr").that.contains("There is no file absent.json.\n");
  });

  describe("../shared/conformance/limbo.json", () => {
    before(function () {
      if (existsSync(published)) return;
      console.log(`      There is no ${published}: its cases are not judged here.`);
      this.skip();
    });

    it("agrees in 208 of 208 cases", () => {
      const { code, output } = runWith([published], exceptions);
      expect(output).to.match(/^all +208 +208 +0 +0 +0 /m);
      expect(code).to.equal(0);
    });

    it("takes less than 100 ms of CPU time for any case", function () {
      this.timeout(60_000);
      for (const test of readSuite(published).cases) {
        const ms = bestCpuMs(() => {
          judgeCase(test, Date.now());
        });
        expect(ms, test.id).to.be.lessThan(100);
      }
    });
  });
});
