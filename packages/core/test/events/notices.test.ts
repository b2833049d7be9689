import { expect } from "chai";

import type { ConfigWarning } from "../../src/base/config-warning.ts";
import { emitProcessWarning, Notices } from "../../src/events/notices.ts";
import { processWarningsOf } from "../process-warnings.ts";

describe("Notices", () => {
  it("tell of each subject once, whatever is said of it later", () => {
    const heard: ConfigWarning[] = [];
    const notices = new Notices((warning) => heard.push(warning));
    notices.once("a", { option: "mtls", message: "first" });
    notices.once("a", { option: "mtls", message: "second" });
    notices.once("b", { option: "mtls", message: "third" });
    expect(heard.map(({ message }) => message)).to.deep.equal(["first", "third"]);
  });

  it("do not throw when their listener does, and do not try again", () => {
    let calls = 0;
    const notices = new Notices(() => {
      calls++;
      throw new Error("nobody listens");
    });
    for (let time = 0; time < 3; time++) notices.once("a", { option: "mtls", message: "text" });
    expect(calls).to.equal(1);
  });
});

describe("emitProcessWarning", () => {
  it("warns under a name of its own, so that it can be told from others", async () => {
    const [warning] = await processWarningsOf(() => {
      emitProcessWarning({ option: "trust", message: "is odd" });
    });
    expect(warning).to.include({ name: "MtlsShieldWarning", message: "trust: is odd" });
  });
});
