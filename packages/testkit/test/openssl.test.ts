import { expect } from "chai";

import { requireOpensslRelease, requireTool, runOpenssl } from "@mtls-shield/testkit";

const missing = "no-such-program-anywhere";

describe("the openssl helper", () => {
  let ci: string | undefined;

  beforeEach(() => {
    ci = process.env["CI"];
  });

  afterEach(() => {
    if (ci === undefined) delete process.env["CI"];
    else process.env["CI"] = ci;
  });

  it("hands input and files to the program", function () {
    requireTool(this, "openssl");
    const digest = runOpenssl(["dgst", "-sha256", "-r"], { input: "abc" });
    expect(digest.stdout.toString()).to.match(/^ba7816bf/);
    const encoded = runOpenssl(["base64", "-in", "a.txt"], { files: { "a.txt": "abc" } });
    expect(encoded.stdout.toString()).to.equal("YWJj\n");
  });

  it("reports failure with the exit code and what was printed", function () {
    requireTool(this, "openssl");
    const { status, stderr } = runOpenssl(["x509"], { input: "no certificate" });
    expect(status).to.not.equal(0);
    expect(stderr).to.not.equal("");
  });

  it("skips a test whose tool is missing", () => {
    delete process.env["CI"];
    let skips = 0;
    requireTool({ skip: () => (skips += 1) }, missing);
    expect(skips).to.equal(1);
  });

  it("skips a test that is for another release", function () {
    requireTool(this, "openssl");
    let skips = 0;
    const test = { skip: () => (skips += 1) };
    requireOpensslRelease(test, "0.9");
    expect(skips).to.equal(1);
    const [, release = ""] =
      /^OpenSSL (\d+\.\d+)\./.exec(runOpenssl(["version"]).stdout.toString()) ?? [];
    requireOpensslRelease(test, release);
    expect(skips).to.equal(1);
  });

  it("fails a test whose tool is missing in continuous integration", () => {
    process.env["CI"] = "true";
    expect(() => {
      requireTool({ skip: () => undefined }, missing);
    }).to.throw(missing);
  });
});
