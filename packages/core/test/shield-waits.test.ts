import { expect } from "chai";

import { createDenyList } from "../src/revocation/deny-list/deny-list.ts";
import type { Timers } from "../src/base/timers.ts";
import type { DecisionEvent } from "../src/events/decision-event.ts";
import { MemoryStore } from "../src/store/memory-store.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection } from "./fake-socket.ts";
import {
  answerAbout,
  issuing,
  listBy,
  outcomeOf,
  responder,
  revokingShield,
  root,
} from "./revocation/revoking-shield.ts";
import { silence, start, until, type Reply } from "./revocation/scripted-world.ts";

const trust = { roots: root.certificate.pem, intermediates: issuing.certificate.pem };
const client = issuing.client({ commonName: "client" });
const good = () => answerAbout(issuing.certificate, client.leaf);
const ocsp = { ocsp: responder, covers: "leaf" } as const;

/** A promise, and the one who keeps it. */
function later<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((keep) => (resolve = keep));
  return { promise, resolve };
}

describe("decideWhenKnown", () => {
  it("decides at once where nothing has to come from elsewhere", async () => {
    const { shield, world, loaded, timers } = revokingShield({
      trust,
      revocation: { crl: [listBy(root.certificate), listBy(issuing.certificate)], ...ocsp },
    });
    await loaded();
    const request = fakeRequest(fakeConnection(client.chain));
    const context = shield.decideWhenKnown(request);
    expect(context).to.not.be.instanceOf(Promise);
    expect(outcomeOf(await context)).to.equal("allow");
    expect(world.requests).to.have.length(0);
    expect(timers.pauses.filter((ms) => ms <= 2_000)).to.deep.equal([]);
  });

  it("decides at once about whoever is refused for something else", () => {
    const { shield } = revokingShield({ trust, revocation: ocsp });
    const context = shield.decideWhenKnown(fakeRequest(fakeConnection([])));
    expect(context).to.have.nested.property("decision.reason.code", "certificate-missing");
  });

  it("waits for the first answer, and not for longer, and lets go of its timer", async () => {
    const reply = later<Reply>();
    const { ask, timers } = revokingShield({ trust, revocation: ocsp }, () => reply.promise);
    const asked = ask(client);
    expect(timers.pauses).to.include(2_000);
    reply.resolve(good());
    expect(await asked).to.equal("allow");
    expect(timers.pauses).to.not.include(2_000);
  });

  it("gives up after the time limit, by what is known then", async () => {
    for (const [mode, outcome] of [
      ["hard", "revocation-unknown"],
      ["soft", "allow revocation-unknown"],
    ] as const) {
      const { ask, timers } = revokingShield(
        { trust, revocation: { ...ocsp, mode, timeoutMs: 300 } },
        () => silence,
      );
      let answer: string | undefined;
      const asked = ask(client).then((text) => (answer = text));
      await timers.advance(299);
      expect(answer).to.equal(undefined);
      await timers.advance(1);
      expect(await asked).to.equal(outcome);
    }
  });

  it("waits no longer for several sets than for the most patient of them", async () => {
    const { ask, timers } = revokingShield(
      {
        trust: {
          quick: { ...trust, revocation: { ...ocsp, timeoutMs: 100 } },
          patient: { ...trust, revocation: { ...ocsp, timeoutMs: 400 } },
        },
      },
      () => silence,
    );
    let answer: string | undefined;
    const asked = ask(client).then((text) => (answer = text));
    await timers.advance(399);
    expect(answer).to.equal(undefined);
    await timers.advance(1);
    expect(await asked).to.equal("revocation-unknown");
  });

  it("waits again where one answer leads to the next question, within the same limit", async () => {
    const stored = later<undefined>();
    const denied = createDenyList({
      store: Object.assign(new MemoryStore(), { get: () => stored.promise }),
    });
    const reply = later<Reply>();
    const { ask, world, timers } = revokingShield(
      { trust, revocation: { ...ocsp, denied } },
      () => reply.promise,
    );
    let answer: string | undefined;
    const asked = ask(client).then((text) => (answer = text));
    await timers.advance(1_500);
    expect(world.requests).to.have.length(0);
    stored.resolve(undefined);
    await until(() => world.requests.length > 0);
    await timers.advance(499);
    expect(answer).to.equal(undefined);
    reply.resolve(good());
    expect(await asked).to.equal("allow");
    denied.close();
  });

  it("needs only the answer that was missing: others may still be under way", async () => {
    const { ask, timers } = revokingShield(
      { trust, revocation: { ...ocsp, crl: new URL("http://crl.example/a.crl") } },
      ({ url }) => (url.hostname === "crl.example" ? silence : good()),
    );
    expect(await ask(client)).to.equal("allow");
    expect(timers.pauses).to.not.include(2_000);
  });

  it("makes one request for any number of clients that wait", async () => {
    const reply = later<Reply>();
    const { ask, world } = revokingShield({ trust, revocation: ocsp }, () => reply.promise);
    const asked = Array.from({ length: 100 }, () => ask(client));
    await until(() => world.requests.length > 0);
    reply.resolve(good());
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set(["allow"]));
    expect(world.requests).to.have.length(1);
  });

  it("keeps nobody waiting while a responder that failed is left alone", async () => {
    const { ask, shield, timers } = revokingShield({ trust, revocation: ocsp }, () => ({
      status: 500,
    }));
    expect(await ask(client)).to.equal("revocation-unknown");
    const context = shield.decideWhenKnown(fakeRequest(fakeConnection(client.chain)));
    expect(context).to.not.be.instanceOf(Promise);
    await timers.advance(1_100);
    expect(await ask(client)).to.equal("revocation-unknown");
  });

  it("tells its listener once of a decision that was waited for", async () => {
    const events: DecisionEvent[] = [];
    const onDecision = (event: DecisionEvent) => {
      events.push(event);
    };
    const { decide } = revokingShield({ trust, revocation: ocsp, onDecision }, good);
    const { decision } = await decide(client);
    expect(events).to.deep.equal([
      { time: start, by: "shield", method: "GET", path: "/", decision },
    ]);
  });

  it("asks only once of each rule's clients, and judges by the rules as ever", async () => {
    const { ask } = revokingShield(
      { trust, revocation: ocsp, rules: [{ match: "GET /other", allow: "any-client" }] },
      good,
    );
    expect(await ask(client)).to.equal("no-rule-matches");
  });

  it("lets an unroutable request be told of its client in report mode, once that is known", async () => {
    const { shield } = revokingShield(
      {
        trust,
        revocation: ocsp,
        mode: "report",
        rules: [{ match: "* /**", allow: "any-client" }],
      },
      good,
    );
    const request = fakeRequest(fakeConnection(client.chain), { target: "/a\\b" });
    const context = await shield.decideWhenKnown(request);
    expect(outcomeOf(context)).to.equal("target-ambiguous");
    expect(context.client?.commonName).to.equal("client");
  });

  it("comes to an end where answers come and come and change nothing", async () => {
    const store = Object.assign(new MemoryStore(), { get: () => silence });
    const denied = createDenyList({ store });
    let asked = 0;
    denied.ready = () => {
      asked++;
      return Promise.resolve();
    };
    const { ask } = revokingShield({ trust, revocation: { denied } });
    expect(await ask(client)).to.equal("revocation-unknown");
    expect(asked).to.be.within(2, 100);
    denied.close();
  });

  describe("where something of the application's fails", () => {
    it("refuses when the clock breaks while it waits, and tells the operator", async () => {
      const reply = later<Reply>();
      let isBroken = false;
      const clock = () => {
        if (isBroken) throw new Error("broken clock");
        return start;
      };
      const { ask, warnings } = revokingShield(
        { trust, revocation: ocsp, clock },
        () => reply.promise,
      );
      const asked = ask(client);
      isBroken = true;
      reply.resolve(good());
      expect(await asked).to.equal("engine-failed");
      expect(warnings.some(({ message }) => message.includes("broken clock"))).to.equal(true);
    });

    it("refuses when its timers throw, and never rejects", async () => {
      let calls = 0;
      const timers: Timers = {
        after(ms) {
          if (ms === 2_000 && calls++ === 0) throw new Error("broken timers");
          return () => undefined;
        },
      };
      const { ask, warnings } = revokingShield({ trust, revocation: ocsp, timers }, good);
      expect(await ask(client)).to.equal("engine-failed");
      expect(warnings.map(({ message }) => message).join()).to.include("broken timers");
      expect(await ask(client)).to.equal("allow");
    });
  });
});

describe("decide", () => {
  it("never waits, and asks all the same, so that the answer is there the next time", async () => {
    const { now, world, timers } = revokingShield({ trust, revocation: ocsp }, good);
    expect(now(client)).to.equal("revocation-unknown");
    await timers.advance(0);
    expect(world.requests).to.have.length(1);
    expect(now(client)).to.equal("allow");
  });
});
