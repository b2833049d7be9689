import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { requireOpensslRelease } from "@mtls-shield/testkit";

import { compare, type Comparison } from "./compare.ts";
import { engineAccepts } from "./engine-accepts.ts";
import { opensslAccepts } from "./openssl-accepts.ts";
import type { ListRecipe, Situation } from "./situation.ts";
import { situations } from "./situations.ts";

const runs = 600;

interface Compared extends Comparison {
  readonly situation: Situation;
}

describe("revocation lists in a shield beside openssl verify -crl_check_all", function () {
  this.timeout(120_000);

  let compared: readonly Compared[] = [];

  before(async function () {
    requireOpensslRelease(this, "3.0");
    compared = await compareAll(fc.sample(situations, { seed: 6_331, numRuns: runs }));
  });

  it(`accepts nothing that openssl refuses, but for known differences, among ${runs} generated situations`, () => {
    expectExplained(compared, "engine accepts");
  });

  it("refuses nothing that openssl accepts, but for known differences", () => {
    expectExplained(compared, "openssl accepts");
  });

  it("agrees with openssl on most situations, with both verdicts", () => {
    for (const outcome of ["both accept", "both refuse"] as const) {
      expect(count(compared, outcome) / compared.length, outcome).to.be.at.least(0.3);
    }
  });

  it("meets every kind of list, with both verdicts", () => {
    const kinds: Readonly<Record<string, (list: ListRecipe) => boolean>> = {
      "lists of a part": ({ scope }) => scope !== undefined,
      "lists of some reasons": ({ scope }) => scope?.includes("reasons") === true,
      "lists of others": ({ signer }) => signer === "the list signer",
      "lists of separate signers": ({ signer }) => signer === "a helper",
      deltas: ({ delta }) => delta !== undefined,
      revocations: ({ entries = [] }) => entries.length > 0,
      "expired lists": ({ dates }) => dates === "expired",
    };
    for (const [kind, isOfKind] of Object.entries(kinds)) {
      const some = compared.filter(({ situation }) =>
        situation.authorities.some(({ lists }) => lists.some(isOfKind)),
      );
      expect(count(some, "both accept"), `accepted: ${kind}`).to.be.at.least(15);
      expect(count(some, "both refuse"), `refused: ${kind}`).to.be.at.least(15);
    }
  });

  it("meets revocations and holds that both refuse, and statuses that nobody can tell", () => {
    const refused = compared.filter(({ outcome }) => outcome === "both refuse");
    for (const code of ["certificate-revoked", "certificate-on-hold", "revocation-unknown"]) {
      const some = refused.filter(({ refusal }) => refusal.startsWith(code));
      expect(some.length, code).to.be.at.least(5);
    }
  });
});

describe("revocation lists in a shield differ from openssl verify as is known", function () {
  this.timeout(20_000);

  let folder = "";
  before(function () {
    requireOpensslRelease(this, "3.0");
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true });
  });

  for (const [outcome, differences] of [
    ["engine accepts", engineAccepts],
    ["openssl accepts", opensslAccepts],
  ] as const) {
    for (const { why, example } of differences) {
      it(`${outcome}: ${why}`, async () => {
        const compared = await compare(folder, example);
        expect(compared).to.deep.include({ outcome, unexplained: undefined });
        expect(compared.known).to.include(why);
      });
    }
  }
});

/** Three processes at a time keep two cores busy. */
async function compareAll(all: readonly Situation[]): Promise<readonly Compared[]> {
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  const compared: Compared[] = [];
  const open = all.values();
  const work = async () => {
    for (const situation of open) {
      compared.push({ situation, ...(await compare(folder, situation)) });
    }
  };
  try {
    await Promise.all([work(), work(), work()]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return compared;
}

function expectExplained(compared: readonly Compared[], outcome: Comparison["outcome"]): void {
  const unexplained = compared
    .filter((one) => one.outcome === outcome && one.unexplained !== undefined)
    .map(
      ({ situation, unexplained: why, known }) =>
        `${why}\n${known.join("\n")}\n${JSON.stringify(situation, undefined, 1)}`,
    );
  expect(unexplained.slice(0, 3).join("\n\n")).to.equal("");
}

function count(compared: readonly Compared[], outcome: Comparison["outcome"]): number {
  return compared.filter((one) => one.outcome === outcome).length;
}
