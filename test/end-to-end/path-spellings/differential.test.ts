import { expect } from "chai";

import {
  apps,
  createFolder,
  openTarget,
  removeFolder,
  resources,
  type App,
  type AppPlan,
  type ResourceName,
} from "./apps.ts";
import { owner, policies, stranger } from "./policies.ts";
import { spelledRequests } from "./spellings.ts";
import { numberOf, Wire, type WireRequest } from "./wire.ts";

/** For each app; there are 15. */
const targetsPerApp = 2_000;

/** What ran for each request. */
async function runs(
  wire: Wire,
  app: App,
  shield: AppPlan["shield"],
  requests: readonly WireRequest[],
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const ran = new Map<number, Set<string>>();
  const listener = app.build({
    shield,
    ran: (resource, request) => {
      const number = numberOf(request);
      ran.set(number, (ran.get(number) ?? new Set()).add(resource));
    },
  });
  await wire.send(listener, requests);
  return ran;
}

function plainRequests(app: App): WireRequest[] {
  return app.resources.map((name) => ({ method: "GET", target: resources[name] }));
}

describe("spellings of protected paths, in front of real routers and static servers", function () {
  this.timeout(120_000);
  let wire: Wire;
  /** How many requests reached something protected where there was no shield. */
  let reached = 0;
  /** How many of them would also have passed a guard that compares the beginning of the target. */
  let unlike = 0;

  before(async () => {
    createFolder();
    wire = await Wire.open();
  });
  after(async () => {
    await wire.close();
    removeFolder();
  });

  for (const [index, app] of apps.entries()) {
    it(`never reach what ${app.name} serves`, async () => {
      const plain = app.resources.map((name) => resources[name]);
      const requests = spelledRequests(plain, { seed: 1_000 + index, count: targetsPerApp });
      const open = await runs(wire, app, undefined, requests);
      const reaching = requests.filter((_, number) => isProtected(open.get(number)));
      const evading = reaching.filter(
        ({ target }) => !plain.some((path) => target.startsWith(path)),
      );
      expect(reaching).to.have.length.at.least(100);
      expect(evading).to.have.length.at.least(50);
      reached += reaching.length;
      unlike += evading.length;

      const escapes: string[] = [];
      const attack = async (name: string, attacks: readonly WireRequest[]): Promise<void> => {
        const shield = { client: stranger, rules: policies[name]! };
        const ran = await runs(wire, app, shield, attacks);
        for (const [number, names] of ran) {
          if (!isProtected(names)) continue;
          const { method, target } = attacks[number]!;
          escapes.push(`${name}: ${method} ${target} reached ${[...names].join(" and ")}`);
        }
      };
      // Every target meets one shape of the policy, and those that reach something without a shield meet all of them.
      const names = Object.keys(policies);
      for (const [turn, name] of names.entries()) {
        await attack(
          name,
          requests.filter((_, number) => number % names.length === turn),
        );
        await attack(name, reaching);
      }
      expect(escapes).to.deep.equal([]);
    });
  }

  for (const app of apps) {
    it(`let the owner have, in their plain form, what ${app.name} serves`, async () => {
      const requests = plainRequests(app);
      for (const [name, rules] of Object.entries(policies)) {
        const ran = await runs(wire, app, { client: owner, rules }, requests);
        for (const [number, resource] of app.resources.entries()) {
          const names = [...(ran.get(number) ?? [])];
          expect(names, `${name}: ${resources[resource]}`).to.deep.equal([resource]);
        }
      }
    });

    it(`let a stranger have what is public in ${app.name}`, async () => {
      for (const [name, rules] of Object.entries(policies)) {
        const request = { method: "GET", target: openTarget };
        const ran = await runs(wire, app, { client: stranger, rules }, [request]);
        expect([...(ran.get(0) ?? [])], name).to.deep.equal(["open"]);
      }
    });
  }

  it("are many, and do reach what they are meant for where there is no shield", () => {
    expect(apps.length * targetsPerApp).to.be.at.least(30_000);
    expect(reached).to.be.at.least(5_000);
    expect(unlike).to.be.at.least(2_500);
  });
});

function isProtected(names: ReadonlySet<string> | undefined): boolean {
  return (
    names !== undefined && [...names].some((name) => (name as ResourceName | "open") !== "open")
  );
}
