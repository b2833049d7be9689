import { allAttacks, curve } from "../hostile/attacks.ts";
import { nameOf, runHostile } from "../hostile/run-hostile.ts";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";

/** Honest clients' p99 under attack, as multiples of the quiet one: alone by `npm run hostile`. */
export async function benchHostile({ quick }: Effort): Promise<readonly Figure[]> {
  const secondsEach = quick ? 1 : 10;
  const attacks = allAttacks();
  const results = await runHostile({ isBounded: true, secondsEach, attacks });
  const figures = results.map((result) =>
    figure(nameOf(result.name), [result.p99Ms / result.quietP99Ms], "", { atMost: 3 }),
  );
  if (quick) return figures;
  for (const isBounded of [true, false]) {
    const points = await runHostile({ isBounded, secondsEach, attacks: curve() });
    for (const { name, p99Ms, quietP99Ms } of points) {
      const bounds = isBounded ? "bounded" : "unbounded";
      figures.push(figure(nameOf(`curve ${bounds} ${name}`), [p99Ms / quietP99Ms], ""));
    }
  }
  return figures;
}
