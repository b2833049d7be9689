import { expect } from "chai";
import { runSoak } from "../soak/run-soak.ts";
import { faultsOf, printReport } from "../soak/soak-report.ts";

describe("servers whose files change all the time", function () {
  // For longer: npm run soak -- --seconds 600
  const seconds = 15;
  this.timeout((seconds + 60) * 1_000);

  it("admit good clients, and nobody else, and leak nothing", async () => {
    const report = await runSoak(seconds);
    // So short a run says little of memory: what the compiler and caches take is still coming.
    const faults = faultsOf(report, { mostGrowth: 0.25 });
    expect(faults, printReport(report)).to.deep.equal([]);
  });
});
