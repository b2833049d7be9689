import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { expect } from "chai";

import { fakeTimers } from "@mtls-shield/testkit";

import { ConfigError } from "../src/base/config-error.ts";
import { originOf } from "../src/context-origin.ts";
import { createGuard } from "../src/guard.ts";
import { commonName } from "../src/policy/matchers.ts";
import type { ShieldChanges } from "../src/shield-options.ts";
import { clock, issued, outcomeOf, stranger } from "./ask-shield.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection } from "./fake-socket.ts";
import { faultOf, reloadingShield, replaceFile, told } from "./reloading-shield.ts";
import { whileInFolder } from "./temporary-folder.ts";

const ours = issued.root.pem;
const theirs = stranger.root.pem;
const nobody = [{ match: "* /**", allow: commonName("nobody") }] as const;

describe("a reload by call", () => {
  it("refuses a client whose authority is gone, at the next request on the same connection", async () => {
    const { shield, over } = reloadingShield({ trust: [ours, theirs] });
    const connection = fakeConnection(issued.chain);
    expect(over(connection)).to.equal("allow");
    await shield.reload({ trust: theirs });
    expect(over(connection)).to.equal("issuer-unknown");
  });

  it("admits a client whose authority is new, at the next request on the same connection", async () => {
    const { shield, over } = reloadingShield({ trust: theirs });
    const connection = fakeConnection(issued.chain);
    expect(over(connection)).to.equal("issuer-unknown");
    await shield.reload({ trust: [ours, theirs] });
    expect(over(connection)).to.equal("allow");
  });

  it("keeps the options that it does not name, those of earlier reloads among them", async () => {
    const { shield, over } = reloadingShield({ trust: ours });
    await shield.reload({ rules: nobody });
    await shield.reload({ trust: [ours, theirs] });
    await shield.reload();
    expect(over(fakeConnection(stranger.chain))).to.equal("client-not-allowed");
  });

  it("is known to guards, who judge by the names that the sets have now", async () => {
    const { shield } = reloadingShield({ trust: { ours, theirs } });
    const guard = createGuard([commonName("test-client")]);
    const ask = () => {
      const request = fakeRequest(fakeConnection(issued.chain));
      return guard(shield.decide(request), request)?.reason.code;
    };
    expect(ask()).to.equal("trust-set-unnamed");
    await shield.reload({ trust: ours });
    expect(ask()).to.not.equal("trust-set-unnamed");
    await shield.reload({ trust: theirs });
    expect(ask()).to.equal("issuer-unknown");
  });

  it("keeps a resumed session, which shows only its leaf, over a change of the sets and their names", async () => {
    const { shield, over } = reloadingShield({ trust: { ours, theirs } });
    expect(over(fakeConnection(issued.chain))).to.equal("allow");
    const resumed = () => fakeConnection([issued.leaf], { isReused: true });
    await shield.reload({ trust: { theirs, renamed: ours } });
    expect(over(resumed())).to.equal("allow");
    await shield.reload({ trust: { theirs } });
    expect(over(resumed())).to.not.equal("allow");
    await shield.reload({ trust: { theirs, again: ours } });
    expect(over(resumed())).to.equal("allow");
  });

  it("exchanges the names of two sets together with the rules that name them", async () => {
    const rulesFor = (trust: string) => [{ match: "* /**", allow: "any-client", trust }] as const;
    const { shield, over } = reloadingShield({
      trust: { a: ours, b: theirs },
      rules: rulesFor("a"),
    });
    const connections = [fakeConnection(issued.chain), fakeConnection(stranger.chain)];
    expect(connections.map(over)).to.deep.equal(["allow", "trust-set-mismatch"]);
    await shield.reload({ trust: { a: theirs, b: ours } });
    expect(connections.map(over)).to.deep.equal(["trust-set-mismatch", "allow"]);
    await shield.reload({ trust: { a: theirs, c: ours }, rules: rulesFor("c") });
    expect(connections.map(over)).to.deep.equal(["allow", "trust-set-mismatch"]);
  });

  it("changes what a listener hears, statuses and the server's authorities with everything else", async () => {
    const { shield } = reloadingShield({ trust: ours });
    expect(shield.authoritiesAsPem()).to.deep.equal([issued.root.pem]);
    await shield.reload({ trust: theirs, statuses: { authentication: 401, challenge: "Mutual" } });
    expect(shield.statuses.authentication).to.equal(401);
    expect(shield.authoritiesAsPem()).to.deep.equal([stranger.root.pem]);
    const timers = fakeTimers(clock());
    await shield.reload({ timers, clock: timers.clock });
    expect([shield.timers, shield.clock]).to.deep.equal([timers, timers.clock]);
  });

  it("knows no authorities where the server's own count", () => {
    expect(reloadingShield({}).shield.authoritiesAsPem()).to.equal(undefined);
  });

  describe("that fails", () => {
    for (const [what, changes, option] of [
      ["a bad trust set", { trust: "/nowhere/ca.pem" }, "trust"],
      ["an empty trust set", { trust: [] }, "trust"],
      ["a bad rule", { rules: [{ match: "nonsense", allow: "any-client" }] }, "rules[0].match"],
      [
        "rules for a set that is gone",
        { rules: [{ match: "* /**", allow: "any-client", trust: "b" }] },
        "rules[0].trust",
      ],
      ["rules whose value got lost", { rules: undefined }, "rules"],
      ["an option that there is none of", { rulez: [] }, "rulez"],
      ["bad revocation options", { revocation: { crl: 7 } }, "revocation.crl"],
      ["a bad watch", { watch: { paths: [] } }, "watch.paths"],
      ["no object", "rules", "0"],
    ] as const) {
      it(`keeps everything as it was, and names the option, for ${what}`, async () => {
        const { shield, over, events } = reloadingShield({ trust: ours });
        const connection = fakeConnection(issued.chain);
        const fault = await faultOf(shield.reload(changes as unknown as ShieldChanges));
        expect(fault).to.be.instanceOf(ConfigError);
        expect((fault as ConfigError).option).to.equal(option);
        expect(events.map(({ outcome }) => outcome)).to.deep.equal(["failed"]);
        expect(over(connection)).to.equal("allow");
        // Nothing of it is left for the next.
        await shield.reload();
        expect(over(connection)).to.equal("allow");
      });
    }

    it("calls nobody who listens for reloads", async () => {
      const { shield } = reloadingShield({ trust: ours });
      let calls = 0;
      shield.onReloaded(() => calls++);
      await faultOf(shield.reload({ trust: [] }));
      expect(calls).to.equal(0);
      await shield.reload();
      expect(calls).to.equal(1);
    });
  });

  it("comes one after the other, so that the last one counts", async () => {
    let release = (): void => undefined;
    const slow = new Promise<object>((resolve) => {
      release = () => {
        resolve({ trust: theirs });
      };
    });
    const answers = [slow, { trust: ours }];
    const { shield, over, events } = reloadingShield({
      trust: ours,
      watch: { paths: ["/nowhere/rules.json"], read: () => answers.shift() ?? {} },
    });
    const reloads = [
      shield.reload({}, "signal"),
      shield.reload(),
      shield.reload({ rules: nobody }),
    ];
    release();
    await Promise.all(reloads);
    expect(events.map(told)).to.deep.equal([
      "signal shield reloaded",
      "call shield reloaded",
      "call shield reloaded",
    ]);
    expect(over(fakeConnection(issued.chain))).to.equal("client-not-allowed");
    shield.close();
  });

  it("goes on after one that failed before it in the queue", async () => {
    const { shield, over } = reloadingShield({ trust: theirs });
    const failed = faultOf(shield.reload({ trust: [] }));
    await shield.reload({ trust: ours });
    await failed;
    expect(over(fakeConnection(issued.chain))).to.equal("allow");
  });

  it("is refused once the shield is closed, and asks nobody", async () => {
    let reads = 0;
    const { shield, over, events } = reloadingShield({
      trust: ours,
      watch: { paths: ["/nowhere"], read: () => ({ mode: reads++ === 0 ? "enforce" : "report" }) },
    });
    shield.close();
    expect(await faultOf(shield.reload())).to.have.property("message", "the shield is closed");
    expect(events.map(told)).to.deep.equal(["call shield failed: the shield is closed"]);
    expect(reads).to.equal(0);
    expect(over(fakeConnection(issued.chain))).to.equal("allow");
  });

  it("ends where the shield is closed in the middle of it", async () => {
    const { shield } = reloadingShield({
      trust: ours,
      watch: {
        paths: ["/nowhere"],
        read: () => {
          shield.close();
          return { trust: theirs };
        },
      },
    });
    expect(await faultOf(shield.reload())).to.have.property("message", "the shield is closed");
    expect(shield.authoritiesAsPem()).to.deep.equal([issued.root.pem]);
  });
});

describe("who hears of a reload", () => {
  it("is told when it was, by what, and what came of it", async () => {
    const { shield, events } = reloadingShield({ trust: ours });
    await shield.reload({}, "signal");
    await faultOf(shield.reload({ trust: [] }, "signal"));
    expect(events[0]).to.deep.equal({
      time: clock(),
      by: "signal",
      subject: "shield",
      outcome: "reloaded",
    });
    expect(events.map(told)[1]).to.match(/^signal shield failed: trust: holds no certificate/);
    expect(events.every((event) => Object.isFrozen(event))).to.equal(true);
  });

  it("may throw or reject: it is told of once, and changes nothing", async () => {
    for (const onReload of [
      () => {
        throw new Error("broken listener");
      },
      (() => Promise.reject(new Error("broken listener"))) as unknown as () => void,
    ]) {
      const { shield, over, warnings } = reloadingShield({ trust: theirs, onReload });
      await shield.reload({ trust: ours });
      await new Promise((resolve) => setImmediate(resolve));
      expect(over(fakeConnection(issued.chain))).to.equal("allow");
      expect(warnings.map(({ option }) => option)).to.deep.equal(["onReload"]);
    }
  });

  it("is counted, by subject and outcome", async () => {
    const counted: unknown[] = [];
    const metrics = { count: (...all: readonly unknown[]) => counted.push(all) };
    const { shield } = reloadingShield({ trust: ours, metrics });
    await shield.reload();
    await faultOf(shield.reload({ trust: [] }));
    expect(counted).to.deep.equal([
      ["mtls_shield_reloads_total", { subject: "shield", outcome: "reloaded" }],
      ["mtls_shield_reloads_total", { subject: "shield", outcome: "failed" }],
    ]);
  });

  it("are the listeners of adapters, until they leave, each once and after the exchange", async () => {
    const { shield, over } = reloadingShield({ trust: theirs });
    const heard: string[] = [];
    const leave = shield.onReloaded(() => {
      heard.push(over(fakeConnection(issued.chain)));
      leave();
      shield.onReloaded(() => heard.push("late"));
    });
    await shield.reload({ trust: ours });
    expect(heard).to.deep.equal(["allow"]);
    await shield.reload();
    expect(heard).to.deep.equal(["allow", "late"]);
  });

  it("are all adapters, also where one of them throws", async () => {
    const { shield, warnings, events } = reloadingShield({ trust: theirs });
    let calls = 0;
    shield.onReloaded(() => {
      throw new Error("broken adapter");
    });
    shield.onReloaded(() => calls++);
    await shield.reload({ trust: ours });
    expect(calls).to.equal(1);
    expect(events.map(told)).to.deep.equal(["call shield reloaded"]);
    expect(warnings[0]?.message).to.contain("broken adapter");
  });
});

describe("a request in the middle of a reload", () => {
  it("is told to the listener of the options by which it was judged", async () => {
    const heard: string[] = [];
    const listener = (name: string) => () => void heard.push(name);
    const { shield } = reloadingShield({ trust: ours, onDecision: listener("before") });
    const connection = fakeConnection(issued.chain);
    const context = shield.decide(fakeRequest(connection));
    await shield.reload({ trust: theirs, onDecision: listener("after") });
    // A guard further back in the same request goes on with what was found at its beginning.
    expect(createGuard(["any-client"])(context, fakeRequest(connection))).to.equal(undefined);
    expect(outcomeOf(shield.decide(fakeRequest(connection)))).to.equal("issuer-unknown");
    expect(heard).to.deep.equal(["before", "before", "after"]);
  });
});

describe("what a reload leaves behind", () => {
  it("is nothing, also while somebody holds on to a request from before", async () => {
    const { shield } = reloadingShield({ trust: ours });
    const collect = await collector();
    let before: WeakRef<object>;
    const context = await (async () => {
      const allow = () => true;
      before = new WeakRef(allow);
      await shield.reload({ rules: [{ match: "* /**", allow }] });
      return shield.decide(fakeRequest(fakeConnection(issued.chain)));
    })();
    await shield.reload({ rules: nobody });
    for (let round = 0; round < 20 && before!.deref() !== undefined; round++) await collect();
    expect(before!.deref()).to.equal(undefined);
    expect(originOf(context)?.shield).to.equal(shield);
  });

  it("is no queue of changes that say the same: one that has not begun stands for all", async () => {
    await whileInFolder({ "rules.json": "1" }, async (folder) => {
      let reads = 0;
      let release = (): void => undefined;
      const slow = new Promise<object>((resolve) => {
        release = () => {
          resolve({});
        };
      });
      const path = `${folder}/rules.json`;
      const { shield } = reloadingShield({
        trust: ours,
        watch: { paths: [path], read: () => (reads++ === 0 ? slow : {}) },
      });
      const first = shield.reload();
      for (let change = 0; change < 5; change++) {
        replaceFile(path, `${change} more`);
        await new Promise((resolve) => setTimeout(resolve, 120));
      }
      release();
      await first;
      await shield.reload();
      expect(reads).to.equal(3);
      shield.close();
    });
  });
});

/** Lets the engine of the process forget what nobody can reach. */
async function collector(): Promise<() => Promise<void>> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  await Promise.resolve();
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  };
}
