import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runSoak } from "./run-soak.ts";
import { faultsOf, figuresOf, printReport } from "./soak-report.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, json: { type: "string" } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 5) {
  console.error(`--seconds takes a whole number from 5 up, not ${JSON.stringify(values.seconds)}`);
  process.exit(2);
}

const report = await runSoak(seconds);
console.log(printReport(report));
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(figuresOf(report), undefined, 2)}\n`);
}
const faults = faultsOf(report);
for (const fault of faults) console.error(`WRONG: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
