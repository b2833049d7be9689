import { createServer } from "node:https";

import { expect } from "chai";

import { startApi } from "../../examples/demo/apis.ts";
import type { Answer } from "../../examples/demo/call-api.ts";
import { faultOf, judge } from "../../examples/demo/judge.ts";
import { createDemoPki } from "../../examples/demo/pki.ts";
import { runScenarios, type Row } from "../../examples/demo/run-scenarios.ts";
import type { Scenario } from "../../examples/demo/scenarios.ts";
import { printRow, printSummary } from "../../examples/demo/table.ts";

const plain = (_style: string, text: string): string => text;

describe("the demo's judge", () => {
  it("passes a refusal with the expected reason over the expected connection", () => {
    expect(faultOf(resumedWithoutCertificate())).to.equal(undefined);
  });

  it("finds a client that was let in", () => {
    const row = resumedWithoutCertificate({ status: 200, code: undefined });
    expect(faultOf(row)).to.equal(
      "expected 403, certificate-missing, a resumed session; got 200, no reason, a resumed session",
    );
  });

  it("finds the right status with another reason", () => {
    const row = resumedWithoutCertificate({ code: "issuer-unknown" });
    expect(faultOf(row)).to.match(/certificate-missing.*got 403, issuer-unknown/);
  });

  it("finds a session that was not resumed, however right the answer", () => {
    const row = resumedWithoutCertificate({ connection: "new" });
    expect(faultOf(row)).to.match(/a resumed session; got .* a new session/);
  });

  it("finds a first call that was answered otherwise", () => {
    const first: Answer = { status: 200, code: undefined, connection: "new" };
    const row = { ...resumedWithoutCertificate(), first };
    expect(faultOf(row)).to.equal("the first call was answered 200, expected 403");
  });

  it("finds a call without an answer", () => {
    const row = { ...resumedWithoutCertificate(), answer: new Error("socket hang up") };
    expect(faultOf(row)).to.equal("no answer: socket hang up");
  });

  it("fails the whole for one row, and for none at all", () => {
    const good = resumedWithoutCertificate();
    const bad = resumedWithoutCertificate({ status: 200 });
    expect(judge([good])).to.deep.equal({ total: 1, failed: 0, passed: true });
    expect(judge([good, bad])).to.deep.equal({ total: 2, failed: 1, passed: false });
    expect(judge([])).to.deep.equal({ total: 0, failed: 0, passed: false });
  });

  it("fails an API that asks for certificates and lets everyone in", async function () {
    this.timeout(60_000);
    const pki = await createDemoPki();
    const { cert, key, trust: ca } = pki.api;
    const server = createServer(
      { cert, key, ca, requestCert: true, rejectUnauthorized: false },
      (_request, response) => response.end("{}"),
    );
    const api = await startApi("open", server);
    try {
      const rows: Row[] = [];
      for await (const row of runScenarios([api], pki)) rows.push(row);
      const letIn = rows.filter(({ scenario }) => scenario.expected.status !== 200);
      expect(letIn.length).to.be.above(15);
      expect(judge(rows)).to.include({ failed: letIn.length, passed: false });
    } finally {
      api.close();
    }
  });

  it("shows what is wrong below the row, and in the last line", () => {
    const row = resumedWithoutCertificate({ status: 200, code: undefined });
    expect(printRow(row, plain)).to.match(/^ {2}✗ GET \/orders .* 403 +200\n {4}expected 403/);
    expect(printSummary(judge([row]), 4_321, plain)).to.equal(
      "\n  1 calls: 0 as expected, 1 not, in 4.3 s.\n",
    );
  });
});

function resumedWithoutCertificate(changes: Partial<Answer> = {}): Row {
  const scenario: Scenario = {
    chapter: "A second call",
    endpoint: "GET /orders",
    client: "no certificate, resumed",
    certificate: undefined,
    connection: "resumed",
    expected: { status: 403, code: "certificate-missing", firstStatus: 403 },
  };
  const first: Answer = { status: 403, code: "certificate-missing", connection: "new" };
  const answer: Answer = { ...first, connection: "resumed", ...changes };
  return { api: { name: "Express", port: 443 }, scenario, first, answer };
}
