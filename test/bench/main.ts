import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { printTable, type Figure } from "./figures.ts";
import { benchCrl } from "./bench-crl.ts";
import { benchDecision } from "./bench-decision.ts";
import { benchHostile } from "./bench-hostile.ts";
import { benchLibraries } from "./bench-libraries.ts";
import { benchParsing } from "./bench-parsing.ts";
import { benchPathological } from "./bench-pathological.ts";
import { benchReload } from "./bench-reload.ts";
import { benchRequests } from "./bench-requests.ts";
import { benchSoak } from "./bench-soak.ts";
import { benchVerification } from "./bench-verification.ts";

/** How long a suite may take: `quick` only shows that it works. */
export interface Effort {
  readonly quick: boolean;
}

const suites: Readonly<Record<string, (effort: Effort) => Promise<readonly Figure[]>>> = {
  decide: benchDecision,
  verify: benchVerification,
  parse: benchParsing,
  libraries: benchLibraries,
  pathological: benchPathological,
  request: benchRequests,
  crl: benchCrl,
  reload: benchReload,
  soak: benchSoak,
  hostile: benchHostile,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, quick: { type: "boolean", default: false } },
});
const unknown = positionals.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(
    `There is no suite ${unknown.join(", ")}. The suites are: ${Object.keys(suites).join(", ")}.`,
  );
  process.exit(2);
}

const figures: Figure[] = [];
for (const [name, run] of Object.entries(suites)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  figures.push(...(await run({ quick: values.quick })));
}
printTable(figures);
if (values.json !== undefined) {
  const numbers = Object.fromEntries(figures.map(({ name, value }) => [name, value]));
  writeFileSync(values.json, `${JSON.stringify(numbers, null, 2)}\n`);
}
