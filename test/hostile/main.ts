import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { allAttacks, curve } from "./attacks.ts";
import { nameOf, runHostile, type AttackResult } from "./run-hostile.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    curve: { type: "boolean", default: false },
    only: { type: "string" },
    json: { type: "string" },
  },
});
const secondsEach = Number(values.seconds);
if (!Number.isInteger(secondsEach) || secondsEach < 1) {
  console.error(`--seconds takes a whole number above 0, not ${JSON.stringify(values.seconds)}`);
  process.exit(2);
}
const { only } = values;
const chosen = (name: string): boolean => only === undefined || name.includes(only);

/** Honest clients' p99 under attack, as a multiple of the quiet one. */
const mostSlowdown = 3;

const figures: Record<string, number> = {};
let isGood = true;
if (values.curve) {
  const attacks = curve().filter(({ name }) => chosen(name));
  for (const isBounded of [true, false]) {
    const results = await runHostile({ isBounded, secondsEach, attacks });
    print(isBounded ? "with the bounds" : "without bounds", results);
    for (const { name, p99Ms, quietP99Ms } of results) {
      figures[nameOf(`curve ${isBounded ? "bounded" : "unbounded"} ${name}`)] = p99Ms / quietP99Ms;
    }
  }
} else {
  const attacks = allAttacks().filter(({ name }) => chosen(name));
  const results = await runHostile({ isBounded: true, secondsEach, attacks });
  print("with the bounds on their defaults", results);
  for (const { name, p99Ms, quietP99Ms, failures } of results) {
    const slowdown = p99Ms / quietP99Ms;
    figures[nameOf(name)] = slowdown;
    if (slowdown < mostSlowdown && failures === 0) continue;
    isGood = false;
    console.error(
      `WRONG: ${name}: p99 ${slowdown.toFixed(2)} times the quiet one, ${failures} failures`,
    );
  }
}
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
}
process.exit(isGood ? 0 : 1);

function print(title: string, results: readonly AttackResult[]): void {
  console.log(`Honest clients' waits, ${title}:`);
  const format = (value: number): string => value.toFixed(2).padStart(8);
  for (const result of results) {
    const { name, quietMedianMs, medianMs, quietP99Ms, p99Ms, attempts, handshakes } = result;
    console.log(
      `  ${name.padEnd(34)} median ${format(quietMedianMs)} -> ${format(medianMs)} ms, ` +
        `p99 ${format(quietP99Ms)} -> ${format(p99Ms)} ms (${(p99Ms / quietP99Ms).toFixed(2)}), ` +
        `${result.requests} requests, ${result.failures} failures; ` +
        `${attempts} attempts, ${handshakes} handshakes, ${(result.residentBytes / 1e6).toFixed(0)} MB`,
    );
  }
}
