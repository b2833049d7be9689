import { parseArgs } from "node:util";
import { faultsOf, printReport } from "./load-report.ts";
import { runRevocationLoad } from "./revocation-load.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    entries: { type: "string", default: "100000" },
    connections: { type: "string", default: "8" },
  },
});

const report = await runRevocationLoad({
  seconds: readCount("seconds", values.seconds),
  entries: readCount("entries", values.entries),
  connections: readCount("connections", values.connections),
});
console.log(printReport(report));
const faults = faultsOf(report);
for (const fault of faults) console.error(`WRONG: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  console.error(`--${name} takes a whole number above 0, not ${JSON.stringify(text)}`);
  return process.exit(2);
}
