import { createShield } from "@mtls-shield/core";
import { authority } from "@mtls-shield/testkit";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";

/** How long a reload holds everybody else up: what is read and compiled is so in one turn. */
export async function benchReload({ quick }: Effort): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const roots of [2, 100]) {
    const trust = Array.from({ length: roots }, (_, index) =>
      authority({ commonName: `Root ${index}` }),
    ).map(({ certificate }) => certificate.pem);
    const rules = Array.from({ length: 100 }, (_, index) => ({
      match: `* /resources-${index}/**`,
      allow: "any-client" as const,
    }));
    const shield = createShield({ trust: trust.join(""), rules });
    const samples: number[] = [];
    for (let round = -5; round < (quick ? 5 : 100); round++) {
      const startedAt = performance.now();
      await shield.reload();
      if (round >= 0) samples.push(performance.now() - startedAt);
    }
    shield.close();
    figures.push(figure(`reload.${roots}roots.pauseMs`, samples, "ms"));
  }
  return figures;
}
