import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { requireOpensslRelease } from "@mtls-shield/testkit";

import { chainRecipes, type ChainRecipe } from "./chain-recipe.ts";
import { compare, type Comparison } from "./compare.ts";
import { engineDifferences } from "./engine-differences.ts";
import { exampleChain } from "./example-chain.ts";
import { nameForms } from "./name-universe.ts";
import { oneSearch, opensslDifferences } from "./openssl-differences.ts";
import type { NameForm } from "./written-name.ts";

const chains = 2_000;

/** A chain and what both say of it. */
interface Compared extends Comparison {
  readonly recipe: ChainRecipe;
}

describe("verifyChain beside openssl verify", function () {
  this.timeout(240_000);

  let compared: readonly Compared[] = [];

  before(async function () {
    requireOpensslRelease(this, "3.0");
    compared = await compareAll(fc.sample(chainRecipes, { seed: 5280, numRuns: chains }));
  });

  it(`accepts nothing that openssl refuses, but for known differences, among ${chains} generated chains`, () => {
    expectNothingUnknown(compared, "engine accepts");
  });

  it("refuses nothing that openssl accepts, but for known differences", () => {
    expectNothingUnknown(compared, "openssl accepts");
  });

  it("agrees with openssl on most chains, with both verdicts", () => {
    const share = (outcome: Comparison["outcome"]) =>
      compared.filter((one) => one.outcome === outcome).length / compared.length;
    expect(share("both accept"), "chains that both accept").to.be.at.least(0.3);
    expect(share("both refuse"), "chains that both refuse").to.be.at.least(0.25);
  });

  for (const form of nameForms) {
    it(`meets permitted and refused names of the form ${form} below constraints`, () => {
      const constrained = compared.filter(({ recipe }) => isConstrained(recipe, form));
      expect(count(constrained, "both accept"), "accepted").to.be.at.least(5);
      const refused = constrained.filter(
        ({ engine }) =>
          engine?.outcome === "refused" && engine.reason.code.startsWith("name-constraints-"),
      );
      expect(count(refused, "both refuse"), "refused").to.be.at.least(5);
    });
  }

  it("meets policies that are required, with both verdicts", () => {
    const required = compared.filter(
      ({ recipe }) => recipe.question.policies?.requireExplicit === true,
    );
    expect(count(required, "both accept"), "accepted").to.be.at.least(30);
    expect(count(required, "both refuse"), "refused").to.be.at.least(30);
    const mapped = required.filter(({ recipe }) =>
      recipe.certificates.slice(1, -1).some(({ mappings }) => mappings),
    );
    expect(count(mapped, "both accept"), "accepted, with mappings").to.be.at.least(5);
  });

  it("meets names of peers, strict rules, and anchors that are no roots, with both verdicts", () => {
    const kinds: Readonly<Record<string, (recipe: ChainRecipe) => boolean>> = {
      peers: ({ question }) => question.peer !== undefined,
      "strict rules": ({ question }) => question.isStrict,
      "other anchors": ({ anchor }) => anchor > 0,
      "extra certificates": ({ extras }) => extras.length > 0,
    };
    for (const [kind, isOfKind] of Object.entries(kinds)) {
      const some = compared.filter(({ recipe }) => isOfKind(recipe));
      expect(count(some, "both accept"), `accepted: ${kind}`).to.be.at.least(20);
      expect(count(some, "both refuse"), `refused: ${kind}`).to.be.at.least(5);
    }
  });
});

describe("verifyChain differs from openssl verify as is known", function () {
  this.timeout(20_000);

  let folder = "";
  before(function () {
    requireOpensslRelease(this, "3.0");
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true });
  });

  it(`engine accepts: ${oneSearch}`, async () => {
    const extras = [{ kind: "cross-certificate", place: 1 }] as const;
    const compared = await compare(folder, { ...exampleChain({}, {}, {}, {}), extras });
    expect(compared).to.deep.include({
      outcome: "engine accepts",
      known: [oneSearch],
      unknown: [],
    });
  });

  for (const [outcome, differences] of [
    ["engine accepts", opensslDifferences],
    ["openssl accepts", engineDifferences],
  ] as const) {
    for (const { why, example } of differences) {
      it(`${outcome}: ${why}`, async () => {
        const compared = await compare(folder, example);
        expect(compared).to.deep.include({ outcome, unknown: [] });
        expect(compared.known).to.include(why);
      });
    }
  }
});

/** Three processes at a time keep two cores busy. */
async function compareAll(recipes: readonly ChainRecipe[]): Promise<readonly Compared[]> {
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  const compared: Compared[] = [];
  const open = recipes.values();
  const work = async () => {
    for (const recipe of open) compared.push({ recipe, ...(await compare(folder, recipe)) });
  };
  try {
    await Promise.all([work(), work(), work()]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return compared;
}

function expectNothingUnknown(compared: readonly Compared[], outcome: Comparison["outcome"]): void {
  const unexplained = compared
    .filter((one) => one.outcome === outcome && one.unknown.length > 0)
    .map(({ recipe, unknown }) => `${unknown.join("\n")}\n${JSON.stringify(recipe, undefined, 1)}`);
  expect(unexplained.slice(0, 3).join("\n\n")).to.equal("");
}

function count(compared: readonly Compared[], outcome: Comparison["outcome"]): number {
  return compared.filter((one) => one.outcome === outcome).length;
}

/** Whether an authority constrains names of that form, and the leaf has one. */
function isConstrained({ certificates }: ChainRecipe, form: NameForm): boolean {
  const leaf = certificates.at(-1)!;
  const hasName =
    form === "directory"
      ? leaf.subject !== ""
      : leaf.alternativeNames?.some((name) => name.form === form) === true;
  return (
    hasName &&
    certificates
      .slice(0, -1)
      .some(({ nameConstraints }) =>
        [...(nameConstraints?.permitted ?? []), ...(nameConstraints?.excluded ?? [])].some(
          (base) => base.form === form,
        ),
      )
  );
}
