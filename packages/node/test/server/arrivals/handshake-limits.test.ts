import { ConfigError } from "@mtls-shield/core";
import { expect } from "chai";

import { readHandshakeLimits } from "../../../src/server/arrivals/handshake-limits.ts";

function errorOf(input: unknown): ConfigError {
  try {
    readHandshakeLimits(input);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error("it was taken");
}

describe("readHandshakeLimits", () => {
  it("bounds handshakes unless it is told not to", () => {
    expect(readHandshakeLimits(false)).to.equal(undefined);
    expect(readHandshakeLimits(undefined)).to.deep.equal({
      perAddress: { burst: 100, perSecond: 20, inProgress: 64 },
      overall: { burst: 200, perSecond: 50, inProgress: 1_024 },
      maxBytes: 24_576,
      exempt: [],
    });
  });

  it("changes what it is given, and leaves the rest", () => {
    const given = { perAddress: { burst: 5 }, maxBytes: 4_096, exempt: ["10.0.0.0/8"] };
    const limits = readHandshakeLimits(given);
    expect(limits?.perAddress).to.deep.equal({ burst: 5, perSecond: 20, inProgress: 64 });
    expect(limits?.maxBytes).to.equal(4_096);
    expect(limits?.exempt).to.have.length(1);
  });

  for (const [input, option] of [
    [true, "handshakes"],
    [{ maxByte: 1 }, "handshakes.maxByte"],
    [{ maxBytes: 100 }, "handshakes.maxBytes"],
    [{ maxBytes: "24k" }, "handshakes.maxBytes"],
    [{ perAddress: 7 }, "handshakes.perAddress"],
    [{ perAddress: { burst: 0 } }, "handshakes.perAddress.burst"],
    [{ overall: { perSecond: Infinity } }, "handshakes.overall.perSecond"],
    [{ overall: { atOnce: 3 } }, "handshakes.overall.atOnce"],
    [{ exempt: [] }, "handshakes.exempt"],
    [{ exempt: "10.0.0.0/8" }, "handshakes.exempt"],
    [{ exempt: ["10.0.0.1/8"] }, "handshakes.exempt"],
    [{ exempt: [7] }, "handshakes.exempt"],
  ] as const) {
    it(`refuses ${JSON.stringify(input)}, and names ${option}`, () => {
      expect(errorOf(input).option).to.equal(option);
    });
  }
});
