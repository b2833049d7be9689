import {
  asVersion1,
  authority,
  certificateList,
  crlDistributionPoints,
  extensions,
  ocspDelegate,
  ocspResponse,
  type CrlChanges,
  type OcspSingleChanges,
} from "@mtls-shield/testkit";
import { expect } from "chai";

import { createDenyList } from "../../src/revocation/deny-list/deny-list.ts";

import type { RevocationOptions } from "../../src/revocation/revocation-options.ts";
import {
  answerAbout,
  issuing,
  issuingClock,
  listBy,
  outcomeOf,
  responder,
  revokingShield,
  root,
} from "./revoking-shield.ts";
import { fakeRequest } from "../fake-request.ts";
import { fakeConnection } from "../fake-socket.ts";
import { start, until } from "./scripted-world.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const address = "http://crl.example/issuing.crl";
const client = issuing.client({ commonName: "client" });
const trust = { roots: root.certificate.pem, intermediates: issuing.certificate.pem };

/** What a shield in this mode says at once, with these lists and no others ever after. */
async function withLists(
  lists: readonly CrlChanges[],
  revocation: Omit<RevocationOptions, "crl"> = {},
) {
  const crl = lists.map((changes) => listBy(issuing.certificate, changes));
  const setup = revokingShield({ trust, revocation: { crl, covers: "leaf", ...revocation } });
  await setup.world.timers.advance(0);
  return setup;
}

describe("Whoever withholds newer lists and answers", () => {
  const complete = { crlNumber: 10, nextUpdate: start + 7 * dayMs };
  const delta = { crlNumber: 11, baseCrlNumber: 10, nextUpdate: start + hourMs };

  it("does not outlive the delta that revoked him", async () => {
    const { ask, timers } = await withLists([complete, { ...delta, revoked: [client.leaf] }]);
    await timers.advance(2 * hourMs);
    expect(await ask(client)).to.equal("certificate-revoked");
    expect(await ask(issuing.client())).to.equal("allow");
  });

  it("does not outlive the delta that suspended him: nobody says that it is over", async () => {
    const revoked = [{ certificate: client.leaf, reason: "certificateHold" }] as const;
    for (const [mode, expected] of [
      ["hard", "revocation-unknown"],
      ["soft", "certificate-on-hold"],
    ] as const) {
      const { ask, timers } = await withLists([complete, { ...delta, revoked }], { mode });
      expect(await ask(client)).to.equal("certificate-on-hold");
      await timers.advance(2 * hourMs);
      expect(await ask(client)).to.equal(expected);
    }
  });

  it("gains nothing by a newer delta that goes with a complete list that he withholds", async () => {
    const before = { ...delta, nextUpdate: start + dayMs, revoked: [client.leaf] };
    const after = { ...before, revoked: [], crlNumber: 15, baseCrlNumber: 14 };
    const later = { ...after, crlNumber: 18, baseCrlNumber: 17 };
    for (const lists of [
      [complete, before, after],
      [complete, before, after, later],
      [before, after, complete],
    ]) {
      const { ask } = await withLists(lists);
      expect(await ask(client)).to.equal("certificate-revoked");
    }
    // Once that list is there, it and its delta count.
    const { ask } = await withLists([complete, before, after, { ...complete, crlNumber: 14 }]);
    expect(await ask(client)).to.equal("allow");
    const next = { ...before, revoked: [], crlNumber: 12 };
    expect(await (await withLists([complete, before, next])).ask(client)).to.equal("allow");
    // Without a number no delta goes with it.
    const first = { ...complete, raw: asVersion1 };
    expect(await (await withLists([first, before, after])).ask(client)).to.equal("allow");
  });

  it("is not forgiven in soft mode what was said of him last", async () => {
    const hold = { reason: "certificateHold", nextUpdate: start + hourMs } as const;
    const held = [{ certificate: client.leaf, reason: hold.reason }] as const;
    const { ask: asked, timers: time } = await withLists(
      [{ nextUpdate: start + hourMs, revoked: held }],
      { mode: "soft" },
    );
    await time.advance(2 * hourMs);
    expect(await asked(client)).to.equal("certificate-on-hold");

    for (const [status, changes, expected] of [
      ["revoked", hold, "certificate-on-hold"],
      ["revoked", { nextUpdate: start + hourMs }, "certificate-revoked"],
      ["unknown", { nextUpdate: start + hourMs }, "responder-unknown"],
      ["good", { nextUpdate: start + hourMs }, "allow revocation-unknown"],
    ] as const) {
      const revocation = { mode: "soft", ocsp: responder, covers: "leaf" } as const;
      const { ask, timers, world } = revokingShield({ trust, revocation });
      world.reply = () => answerAbout(issuing.certificate, client.leaf, status, changes);
      await ask(client);
      world.reply = () => ({ status: 500 });
      // Neither once the answer has expired, nor once good ones would have been forgotten.
      for (const laterMs of [1.5 * hourMs, 5 * hourMs]) {
        await timers.advance(laterMs);
        expect(await ask(client)).to.equal(expected);
      }
    }
  });

  it("is let in once somebody says that the hold is over", async () => {
    const held = [{ certificate: client.leaf, reason: "certificateHold" }] as const;
    const { ask, timers, world } = await withLists(
      [{ nextUpdate: start + hourMs, revoked: held }],
      { ocsp: responder },
    );
    await timers.advance(2 * hourMs);
    world.reply = () => answerAbout(issuing.certificate, client.leaf);
    expect(await ask(client)).to.equal("allow");
  });

  it("cannot silence a server for an hour by one answer that he slips in", async () => {
    const hourly = (crlNumber: number, thisUpdate: number) => ({
      body: listBy(issuing.certificate, {
        crlNumber,
        thisUpdate,
        nextUpdate: thisUpdate + 2 * hourMs,
      }),
    });
    const { ask, timers, world } = revokingShield(
      { trust, revocation: { crl: address, covers: "leaf" } },
      () => hourly(1, start - hourMs),
    );
    await until(() => world.requests.length === 1);
    world.reply = () => ({ status: 503, headers: { "retry-after": "3600" } });
    await timers.advance(45 * 60_000);
    world.reply = () => hourly(2, start + 30 * 60_000);
    await timers.advance(20 * 60_000);
    expect(await ask(client)).to.equal("allow");
  });
});

describe("A revoked client that needs no status", () => {
  it("is refused by a list at hand all the same", async () => {
    const { ask } = await withLists([{ revoked: [client.leaf] }], { shortLivedMs: 4_000 * dayMs });
    expect(await ask(client)).to.equal("certificate-revoked");
  });
});

describe("A subordinate authority", () => {
  const hostile = root.intermediate({ commonName: "Hostile" });
  const allowed = { covers: "leaf", certificateAddresses: { hosts: ["crl.example"] } } as const;
  const at = (...uris: readonly string[]) =>
    ({ moreExtensions: [crlDistributionPoints(...uris.map((uri) => ({ uris: [uri] })))] }) as const;
  const good = issuing.client(at(address));

  /** Makes it name 256 addresses, and more. */
  async function exhaust(
    ask: ReturnType<typeof revokingShield>["ask"],
    maker: (call: number) => Pick<typeof hostile, "client">,
  ): Promise<void> {
    for (let call = 0; call < 70; call++) {
      const addresses = [0, 1, 2, 3].map((part) => `http://crl.example/sub?${call}.${part}`);
      await ask(maker(call).client(at(...addresses)));
    }
  }

  it("cannot keep others' lists from being fetched by naming addresses without end", async () => {
    for (const maker of [() => hostile, () => hostile.intermediate()]) {
      const { ask, world } = revokingShield({ trust, revocation: allowed });
      world.reply = ({ url }) =>
        url.href === address ? { body: listBy(issuing.certificate) } : { status: 404 };
      await exhaust(ask, maker);
      expect(await ask(good)).to.equal("allow");
      expect(await ask(hostile.client(at("http://crl.example/one-more")))).to.equal(
        "revocation-unknown",
      );
    }
  });

  it("cannot fill the memory with lists in its own name, or in another's", async () => {
    const namesake = hostile.intermediate({ commonName: "Issuing" });
    const parts = Array.from({ length: 300 }, (_, part) => {
      const scope = { uris: [`http://crl.example/${part}`] };
      return certificateList(namesake.certificate, { now: start, scope }).pem;
    });
    const own = listBy(issuing.certificate, { revoked: [client.leaf] });
    const { ask, world, timers } = revokingShield(
      { trust, revocation: { ...allowed, crl: [own, address] } },
      ({ url }) => ({
        body:
          url.href === address
            ? listBy(issuing.certificate, { crlNumber: 2, revoked: [client.leaf] })
            : Buffer.from(parts.join("")),
      }),
    );
    const hostileAddress = "http://crl.example/parts.pem";
    await ask(namesake.client(at(hostileAddress)));
    await timers.advance(dayMs / 2);
    const count = (type: string) =>
      world.events.filter(
        (event) => event.type === type && "source" in event && event.source === hostileAddress,
      ).length;
    expect(count("revocation-list-loaded")).to.equal(256);
    expect(count("revocation-list-rejected")).to.be.greaterThan(0);
    expect(await ask(client)).to.equal("certificate-revoked");
    expect(await ask(issuing.client())).to.equal("allow");
  });

  it("cannot keep others' lists out by signing lists without end, where only roots are known", async () => {
    const namesake = hostile.intermediate({ commonName: "Issuing" });
    const parts = Array.from({ length: 300 }, (_, part) => {
      const scope = { uris: [`http://crl.example/${part}`] };
      return certificateList(namesake.certificate, { now: start, scope }).pem;
    });
    const { ask, world } = revokingShield({ trust: trust.roots, revocation: allowed });
    world.reply = ({ url }) => ({
      body: url.href === address ? listBy(issuing.certificate) : Buffer.from(parts.join("")),
    });
    await ask(namesake.client(at("http://crl.example/parts.pem")));
    expect(world.heard()).to.include("there are too many lists");
    expect(await ask(good)).to.equal("allow");
  });

  it("does not clear a revoked client of another by a certificate and an empty list in its name", async () => {
    const { publicKey, privateKey } = issuing.certificate;
    const keyPair = { publicKey, privateKey };
    const usages = [{}, { extensions: { keyUsage: extensions.keyUsage("keyCertSign") } }];
    for (const mode of ["soft", "hard"] as const) {
      for (const usage of usages) {
        const namesake = hostile.intermediate({ commonName: "Issuing" });
        const crossed = namesake.intermediate({ commonName: "Issuing", keyPair, ...usage });
        const { ask, world } = await withLists([{ revoked: [client.leaf] }], { ...allowed, mode });
        world.reply = () => ({ body: listBy(namesake.certificate) });
        await ask(namesake.client(at("http://crl.example/empty.crl")));
        const [, ...above] = crossed.client().chain;
        expect(await ask({ chain: [client.leaf, ...above] })).to.equal("certificate-revoked");
      }
    }
  });
});

describe("Authorities of one name in two sets that share their lists", () => {
  const [one, other] = [1, 2].map(() => authority({ commonName: "CA", clock: issuingClock }));
  const sets = { one: one!.certificate.pem, other: other!.certificate.pem };

  it("neither clear nor revoke each other's clients", async () => {
    const [mine, theirs] = [one!, other!].map((ca) => ca.client({ serialNumber: 5n }));
    const listOfOne = listBy(one!.certificate);
    const { ask, loaded } = revokingShield({ trust: sets, revocation: { crl: listOfOne } });
    await loaded();
    expect(await ask(theirs!)).to.equal("revocation-unknown");

    const revoking = listBy(other!.certificate, { revoked: [theirs!.leaf] });
    const both = revokingShield({ trust: sets, revocation: { crl: [listOfOne, revoking] } });
    await both.loaded();
    expect(await both.ask(theirs!)).to.equal("certificate-revoked");
    expect(await both.ask(mine!)).to.equal("allow");
  });
});

describe("A client that is remembered", () => {
  it("is refused on its connection, and on a resumed session that shows the leaf alone, as soon as a list revokes it", async () => {
    let crlNumber = 1;
    let revoked: CrlChanges["revoked"] = [];
    const { world, shield, timers } = revokingShield(
      { trust: { roots: trust.roots }, revocation: { crl: address, covers: "leaf" } },
      () => ({ body: listBy(root.certificate, { crlNumber, revoked: revoked! }) }),
    );
    const direct = root.client();
    const connection = fakeConnection(direct.chain);
    await until(() => shield.isReady());
    expect(outcomeOf(shield.decide(fakeRequest(connection)))).to.equal("allow");
    crlNumber = 2;
    revoked = [direct.leaf];
    await timers.advance(hourMs);
    expect(world.heard().at(-1)).to.equal("loaded CN=Root 2");
    expect(outcomeOf(shield.decide(fakeRequest(connection)))).to.equal("certificate-revoked");
    const resumed = fakeConnection([direct.leaf]);
    expect(outcomeOf(shield.decide(fakeRequest(resumed)))).to.equal("certificate-revoked");
    // Not even after its clock was set back.
    timers.clock.set(start);
    expect(outcomeOf(shield.decide(fakeRequest(connection)))).to.equal("certificate-revoked");
  });
});

describe("Whoever sets the clock back", () => {
  const later = start + 2 * hourMs;

  for (const [mode, revokedThen, heldThen] of [
    ["hard", "certificate-revoked", "revocation-unknown"],
    ["soft", "certificate-revoked", "certificate-on-hold"],
  ] as const) {
    it(`does not silence the list that revokes or suspends him (${mode})`, async () => {
      for (const [reason, expected] of [
        ["keyCompromise", revokedThen],
        ["certificateHold", heldThen],
      ] as const) {
        const { ask, timers, loaded } = await withLists(
          [{ thisUpdate: later, revoked: [{ certificate: client.leaf, reason }] }],
          { mode, ocsp: responder },
        );
        await timers.advance(3 * hourMs);
        await loaded();
        timers.clock.set(start);
        expect(await ask(client)).to.equal(expected);
      }
    });
  }

  it("does not silence the delta that revokes him", async () => {
    const { ask, timers, shield } = await withLists(
      [
        { crlNumber: 10, nextUpdate: start + 7 * dayMs },
        { crlNumber: 11, baseCrlNumber: 10, thisUpdate: later, revoked: [client.leaf] },
      ],
      { mode: "soft" },
    );
    await timers.advance(3 * hourMs);
    expect(shield.isReady()).to.equal(true);
    timers.clock.set(start);
    expect(await ask(client)).to.equal("certificate-revoked");
  });
});

describe("Whoever has the key of a delegated responder", () => {
  const delegate = ocspDelegate(issuing, { noCheck: false });
  const forged = (status: "good" | "revoked") => ({
    body: ocspResponse(delegate, {
      now: start,
      issuer: issuing.certificate,
      responses: [{ certificate: client.leaf, status, nextUpdate: start + 300 * dayMs }],
      certificates: [delegate],
    }),
  });
  const silent = () => ({ status: 503 });

  it("is not believed any more once that is denied, or revoked by a list", async () => {
    const denied = createDenyList();
    const { ask, world } = revokingShield({
      trust,
      revocation: { ocsp: responder, covers: "leaf", denied },
    });
    world.reply = () => forged("good");
    expect(await ask(client)).to.equal("allow");
    world.reply = silent;
    await denied.deny({ publicKey: delegate.pem });
    expect(await ask(client)).to.equal("revocation-unknown");
    world.reply = () => answerAbout(issuing.certificate, client.leaf);
    await world.timers.advance(2_000);
    expect(await ask(client)).to.equal("allow");

    const listed = revokingShield(
      { trust, revocation: { crl: address, ocsp: responder, covers: "leaf", first: "ocsp" } },
      ({ url }) =>
        url.href === address
          ? { body: listBy(issuing.certificate, { nextUpdate: start + dayMs }) }
          : forged("revoked"),
    );
    expect(await listed.ask(client)).to.equal("certificate-revoked");
  });

  it("cannot have a revocation forgotten by having its key denied", async () => {
    const denied = createDenyList();
    const { ask, world } = revokingShield({
      trust,
      revocation: { ocsp: responder, covers: "leaf", mode: "soft", denied },
    });
    world.reply = () => forged("revoked");
    expect(await ask(client)).to.equal("certificate-revoked");
    world.reply = silent;
    await denied.deny({ publicKey: delegate.pem });
    expect(await ask(client)).to.equal("certificate-revoked");
  });
});

describe("Whoever plays older answers of a responder", () => {
  const said = (
    status: "good" | "revoked" | "unknown",
    changes: OcspSingleChanges,
    producedAt: number,
  ) => ({
    body: ocspResponse(issuing.certificate, {
      now: start,
      producedAt,
      responses: [{ certificate: client.leaf, status, thisUpdate: start, ...changes }],
    }),
  });

  it("does not take back what was said later of the same moment", async () => {
    const hold = { reason: "certificateHold" } as const;
    for (const [now, then, expected] of [
      [said("unknown", {}, start + 1_000), said("good", {}, start), "responder-unknown"],
      [said("revoked", hold, start + 1_000), said("good", {}, start), "certificate-on-hold"],
      [said("revoked", hold, start + 1_000), said("unknown", {}, start), "certificate-on-hold"],
      [said("revoked", {}, start + 1_000), said("revoked", hold, start), "certificate-revoked"],
    ] as const) {
      const { ask, world } = revokingShield({
        trust,
        revocation: { ocsp: responder, covers: "leaf", refreshMs: 60_000 },
      });
      world.reply = () => now;
      expect(await ask(client)).to.equal(expected);
      world.reply = () => then;
      await world.timers.advance(60_000);
      expect(world.requests.length).to.be.greaterThan(1);
      expect(await ask(client)).to.equal(expected);
    }
  });
});

describe("A namesake of an authority", () => {
  const namesake = authority({ commonName: "Root", clock: issuingClock });
  const serialNumber = "5";

  it("does not get a denied client in by having its own client of that serial number restored", async () => {
    const denied = createDenyList();
    const direct = root.client({ serialNumber: 5n });
    const { ask } = revokingShield({ trust: root.certificate.pem, revocation: { denied } });
    await denied.deny({ issuer: root.certificate.pem, serialNumber });
    expect(await denied.restore({ issuer: namesake.certificate.pem, serialNumber })).to.equal(
      false,
    );
    expect(await ask(direct)).to.equal("certificate-denied");
    expect(await denied.restore({ issuer: root.certificate.pem, serialNumber })).to.equal(true);
    expect(await ask(direct)).to.equal("allow");
  });
});
