import { createServer } from "node:http";
import { authority } from "@mtls-shield/testkit";
import { expect } from "chai";
import { mtls, protectServer } from "../../src/index.ts";
import { refuseInsecureParser } from "../../src/server/start-checks.ts";

describe("refuseInsecureParser", () => {
  for (const given of [
    "--insecure-http-parser",
    "--insecure_http_parser",
    "--insecure-http-parser=false",
    '"--insecure-http-parser"',
    '"--insecure-http"-parser',
    '"--insecure\\-http-parser"',
  ]) {
    it(`does not start under ${given}, which turns it on for Node`, () => {
      const message = /^--insecure-http-parser: .*NODE_OPTIONS/;
      const NODE_OPTIONS = `--no-warnings ${given}`;
      expect(() => {
        refuseInsecureParser({ execArgv: [], env: { NODE_OPTIONS } });
      }).to.throw(TypeError, message);
      expect(() => {
        refuseInsecureParser({ execArgv: ["--no-warnings", given], env: {} });
      }).to.throw(TypeError, message);
    });
  }

  it("does not protect a server that was made with such a parser", () => {
    const shield = mtls({ trust: authority().root.pem });
    const server = createServer({ insecureHTTPParser: true });
    expect(() => protectServer(server, shield)).to.throw(TypeError, /^insecureHTTPParser: /);
  });

  it("starts under other flags", () => {
    const env = { NODE_OPTIONS: "--no-warnings --max-http-header-size=20000" };
    refuseInsecureParser({ execArgv: ["--import=x"], env });
    refuseInsecureParser({ execArgv: [], env: {} }, { insecureHTTPParser: false });
  });
});
