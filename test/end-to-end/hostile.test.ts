import { expect } from "chai";
import { chainAttack, runHostile } from "../hostile/run-hostile.ts";

describe("honest clients of a server under attack", function () {
  this.timeout(60_000);

  before(function () {
    // Only there has loopback enough addresses for many attackers.
    if (process.platform !== "linux") this.skip();
  });

  // How long they wait is a figure of `npm run hostile`, since these machines are noisy: here only that all are answered.
  it("are answered, while chains that are slow to verify never reach TLS", async () => {
    const attacks = [
      {
        name: "all",
        parts: [
          chainAttack("slow-curve", 20),
          { kind: "idle", perSecond: 500, mostOpen: 1_000 },
          { kind: "headers", perSecond: 10, mostOpen: 20 },
        ],
      },
    ] as const;
    const [result] = await runHostile({ isBounded: true, secondsEach: 3, attacks });
    expect(result).to.include({ failures: 0 });
    expect(result?.requests).to.be.above(100);
    expect(result?.attempts).to.be.above(500);
    expect(result?.residentBytes).to.be.below(500_000_000);
  });
});
