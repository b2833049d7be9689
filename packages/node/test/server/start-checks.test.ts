import { expect } from "chai";
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

  it("starts under other flags", () => {
    const env = { NODE_OPTIONS: "--no-warnings --max-http-header-size=20000" };
    refuseInsecureParser({ execArgv: ["--import=x"], env });
    refuseInsecureParser({ execArgv: [], env: {} }, { insecureHTTPParser: false });
  });
});
