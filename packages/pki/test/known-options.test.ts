import { expect } from "chai";

import { checkKnownOptions } from "../src/known-options.ts";
import { thrownBy } from "./thrown-by.ts";

const known = ["notBefore", "notAfter", "subject"];

describe("unknown options", () => {
  it("do not include what is known", () => {
    expect(() => {
      checkKnownOptions({ notBefore: 1, subject: {} }, known);
    }).to.not.throw();
  });

  for (const [given, meant] of [
    ["notafter", "notAfter"],
    ["notAfterMs", "notAfter"],
    ["subjcet", "subject"],
  ] as const) {
    it(`are answered with what was meant: ${meant} for ${given}`, async () => {
      const error = await thrownBy(() => {
        checkKnownOptions({ [given]: 1 }, known);
      });
      expect(error.option).to.equal(given);
      expect(error.message).to.equal(`"${given}" is not an option. Did you mean "${meant}"?`);
    });
  }

  it("are answered with all that is known when nothing is close", async () => {
    const error = await thrownBy(() => {
      checkKnownOptions({ colour: 1 }, known, "paint.");
    });
    expect(error.message).to.equal(
      `"paint.colour" is not an option. Known are notBefore, notAfter, subject.`,
    );
  });

  it("are refused where nothing is known at all", async () => {
    const error = await thrownBy(() => {
      checkKnownOptions({ colour: 1 }, []);
    });
    expect(error.option).to.equal("colour");
  });
});
