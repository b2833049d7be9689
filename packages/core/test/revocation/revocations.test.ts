import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { authority } from "@mtls-shield/testkit";
import { expect } from "chai";

import { createDenyList } from "../../src/revocation/deny-list/deny-list.ts";
import { createShield } from "../../src/shield.ts";
import type { ShieldOptions } from "../../src/shield-options.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { configErrorOf } from "../config-error-of.ts";
import { fakeServer } from "../fake-socket.ts";
import { askServer } from "../ask-shield.ts";
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
import { silence, start, until } from "./scripted-world.ts";

const client = root.client({ commonName: "client" });
const other = authority({ clock: issuingClock, commonName: "Other Root" });
const stranger = other.client({ commonName: "stranger" });
const trust = root.certificate.pem;
const revoking = listBy(root.certificate, { revoked: [client.leaf] });
const address = new URL("http://crl.example/root.crl");

function errorOf(options: ShieldOptions) {
  return configErrorOf(() => createShield({ clock: issuingClock, ...options }));
}

describe("revocation, by trust set", () => {
  const sets = (own?: NonNullable<ShieldOptions["revocation"]>) => ({
    ours: { roots: trust, ...(own !== undefined && { revocation: own }) },
    theirs: { roots: other.certificate.pem },
  });
  const others = listBy(other.certificate, { revoked: [stranger.leaf] });

  it("counts for every set that has none of its own", async () => {
    const { ask, loaded } = revokingShield({
      trust: sets(),
      revocation: { crl: [revoking, others] },
    });
    await loaded();
    expect(await ask(client)).to.equal("certificate-revoked");
    expect(await ask(stranger)).to.equal("certificate-revoked");
  });

  it("is a set's own in place of the other, not beside it", async () => {
    const good = listBy(root.certificate, { crlNumber: 2 });
    const { ask, loaded } = revokingShield({
      trust: sets({ crl: good }),
      revocation: { crl: others },
    });
    await loaded();
    expect(await ask(client)).to.equal("allow");
    expect(await ask(stranger)).to.equal("certificate-revoked");
  });

  it("is asked about nobody of a set that says false", async () => {
    const { ask, loaded } = revokingShield({
      trust: sets(false),
      revocation: { crl: others },
    });
    await loaded();
    expect(await ask(client)).to.equal("allow");
    expect(await ask(stranger)).to.equal("certificate-revoked");
  });

  it("counts for the only set by its own name for it", async () => {
    const { ask, loaded } = revokingShield({
      trust: { roots: trust, revocation: { crl: revoking } },
    });
    await loaded();
    expect(await ask(client)).to.equal("certificate-revoked");
  });

  it("is asked about nobody by default, nor where it is false", async () => {
    for (const options of [{}, { revocation: false }] as const) {
      const { ask, shield, timers } = revokingShield({ trust, ...options });
      expect(shield.isReady()).to.equal(true);
      expect(await ask(client)).to.equal("allow");
      expect(timers.pauses).to.deep.equal([]);
    }
  });

  it("takes no list that only another set's authority has signed", async () => {
    const { world, timers } = revokingShield({
      trust: sets({ crl: others }),
      revocation: { crl: others },
    });
    await timers.advance(0);
    await until(() => world.events.length >= 2);
    expect([...world.heard()].sort()).to.deep.equal([
      "loaded CN=Other Root 1",
      "no known authority has signed the list (CN=Other Root)",
    ]);
  });
});

describe("revocation, by where lists are", () => {
  it("reads those of the memory, of files and of addresses", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mtls-shield-lists-"));
    writeFileSync(join(folder, "other.crl"), listBy(other.certificate));
    const { world, shield, loaded } = revokingShield(
      {
        trust: [trust, other.certificate.pem],
        revocation: { crl: [listBy(root.certificate), folder, address] },
      },
      () => ({ body: listBy(root.certificate, { crlNumber: 2 }) }),
    );
    await loaded();
    expect(new Set(world.heard())).to.deep.equal(
      new Set(["loaded CN=Root 1", "loaded CN=Root 2", "loaded CN=Other Root 1"]),
    );
    shield.close();
    rmSync(folder, { recursive: true });
  });
});

describe("revocation, what would silently do nothing", () => {
  for (const [what, options, option, message] of [
    [
      "a revocation that every set has its own in place of",
      { trust: { roots: trust, revocation: false }, revocation: { crl: revoking } },
      "revocation",
      /counts for no trust set, since each has its own\. Leave it out/,
    ],
    [
      "one of a set whose value got lost",
      { trust: { roots: trust, revocation: undefined as never } },
      "trust.revocation",
      /is not an object/,
    ],
    [
      "one of a named set whose value got lost",
      { trust: { ours: { roots: trust, revocation: null as never } } },
      "trust.ours.revocation",
      /is not an object/,
    ],
    [
      "an unknown option in a set",
      { trust: { ours: { roots: trust, revocation: { crls: revoking } as never } } },
      "trust.ours.revocation.crls",
      /Did you mean "crl"\?/,
    ],
    [
      "lists without `trust`, which say nothing of whose they are",
      { revocation: { crl: revoking } },
      "revocation.crl",
      /needs to know whose lists count.* the same as the server's `ca`\./,
    ],
  ] as readonly (readonly [string, ShieldOptions, string, RegExp])[]) {
    it(`refuses ${what}`, () => {
      const error = errorOf(options);
      expect(error.option).to.equal(option);
      expect(error.message).to.match(message);
    });
  }

  it("has begun nothing when another option is at fault", () => {
    let requests = 0;
    const fetcher = () => {
      requests++;
      return silence;
    };
    for (const fault of [{ rules: [] }, { statuses: { authentication: 402 as never } }]) {
      errorOf({ trust, revocation: { crl: address }, fetcher, ...fault });
    }
    expect(requests).to.equal(0);
  });
});

describe("revocation for the server's own `ca`", () => {
  it("hears of own lists and of responders, which need nobody else", async () => {
    const denied = createDenyList({ entries: [{ publicKey: client.leaf.pem }] });
    const { shield } = revokingShield({ revocation: { denied } });
    const server = fakeServer({ ca: trust });
    expect(outcomeOf(askServer(shield, server, client))).to.equal("certificate-denied");
    expect(outcomeOf(askServer(shield, server, root.client()))).to.equal("allow");
    const asking = revokingShield({ revocation: { ocsp: responder } });
    asking.world.reply = () => answerAbout(root.certificate, client.leaf, "revoked");
    expect(outcomeOf(askServer(asking.shield, server, client))).to.equal("revocation-unknown");
    await asking.timers.advance(0);
    expect(outcomeOf(askServer(asking.shield, server, client))).to.equal("certificate-revoked");
  });
});

describe("readiness", () => {
  it("is false in hard mode until each list has been loaded once", async () => {
    let isThere = false;
    const { timers, shield } = revokingShield(
      { trust, revocation: { crl: [listBy(root.certificate), address] } },
      () => (isThere ? { body: listBy(root.certificate) } : { status: 503 }),
    );
    let isOver = false;
    const waiting = shield.whenReady().then(() => (isOver = true));
    await timers.advance(800);
    expect([shield.isReady(), isOver]).to.deep.equal([false, false]);
    isThere = true;
    await timers.advance(1_000);
    await until(() => shield.isReady());
    await timers.advance(50);
    await waiting;
  });

  it("is false, and an event says why, as long as the only list has expired", async () => {
    const { timers, shield, world } = revokingShield(
      { trust, revocation: { crl: address } },
      () => ({ body: listBy(root.certificate, { nextUpdate: start - 60_000 }) }),
    );
    await until(() => world.events.length === 2);
    expect(world.events.map(({ type }) => type)).to.deep.equal([
      "revocation-list-loaded",
      "revocation-list-expired",
    ]);
    expect(shield.isReady()).to.equal(false);
    world.reply = () => ({ body: listBy(root.certificate, { crlNumber: 2 }) });
    await timers.advance(120_000);
    await until(() => shield.isReady());
  });

  for (const mode of ["soft", "off"] as const) {
    it(`is there at once in ${mode} mode, which lets clients pass in the meantime`, async () => {
      const { shield } = revokingShield(
        { trust, revocation: { crl: address, mode } },
        () => silence,
      );
      expect(shield.isReady()).to.equal(true);
      await shield.whenReady();
    });
  }

  it("is no longer waited for when the shield is closed", async () => {
    const { timers, shield } = revokingShield(
      { trust, revocation: { crl: address } },
      () => silence,
    );
    const waiting = shield.whenReady();
    shield.close();
    await timers.advance(50);
    await waiting;
    expect(shield.isReady()).to.equal(false);
  });
});

describe("resetListMarks", () => {
  const reset = { issuer: "CN=Root", by: "ops", why: "a new HSM" };

  it("lets the older lists of an issuer pass once again, and tells who wanted it, once", async () => {
    const { world, timers, shield, ask } = revokingShield(
      {
        trust: { ours: { roots: trust }, theirs: { roots: other.certificate.pem } },
        revocation: { crl: address, refreshMs: 10_000 },
      },
      () => ({ body: listBy(root.certificate, { crlNumber: 9 }) }),
    );
    await until(() => shield.isReady());
    world.reply = () => ({
      body: listBy(root.certificate, { crlNumber: 1, revoked: [client.leaf] }),
    });
    await timers.advance(10_000);
    expect(await ask(client)).to.equal("allow");
    expect(await shield.resetListMarks(reset)).to.equal(1);
    await timers.advance(0);
    await until(() => world.events.filter(({ type }) => /loaded/.test(type)).length === 2);
    expect(await ask(client)).to.equal("certificate-revoked");
    expect(world.events.filter(({ type }) => type === "revocation-marks-reset")).to.deep.equal([
      { time: start + 10_000, type: "revocation-marks-reset", ...reset },
    ]);
    expect(await shield.resetListMarks({ ...reset, issuer: "CN=Nobody" })).to.equal(0);
  });

  it("is for the record even where the store fails", async () => {
    const store = new MemoryStore();
    const { world, shield, loaded } = revokingShield({
      trust,
      revocation: { crl: listBy(root.certificate), store },
    });
    await loaded();
    world.heard();
    store.delete = () => Promise.reject(new Error("no store"));
    const fault = await shield.resetListMarks(reset).catch((error: unknown) => error);
    expect(fault)
      .to.be.instanceOf(Error)
      .with.property("message", "the store of list marks failed: no store");
    expect(world.heard()).to.deep.equal(["revocation-marks-reset"]);
  });

  for (const [what, input, option, message] of [
    ["no issuer", { ...reset, issuer: " " }, "reset.issuer", /is missing\. Say whose lists/],
    ["nobody's word", { issuer: "CN=Root", why: "because" }, "reset.by", /is missing/],
    ["no reason", { ...reset, why: 7 }, "reset.why", /is missing/],
    ["an unknown key", { ...reset, scope: "all" }, "reset.scope", /is not an option/],
    ["a name alone", "CN=Root", "reset", /is not an object\. Write \{ issuer, by, why \}/],
  ] as const) {
    it(`rejects ${what}`, async () => {
      const { shield, world } = revokingShield({ trust, revocation: { crl: revoking } });
      const fault = await shield.resetListMarks(input as never).catch((error: unknown) => error);
      expect(
        configErrorOf(() => {
          throw fault;
        }).option,
      ).to.equal(option);
      expect((fault as Error).message).to.match(message);
      expect(world.events.filter(({ type }) => type === "revocation-marks-reset")).to.deep.equal(
        [],
      );
    });
  }
});

describe("own lists of a shield", () => {
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-denied-"));
  const file = join(folder, "denied.json");
  beforeEach(() => {
    writeFileSync(file, '{ "denied": [] }');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("are closed with it where it made them, and are the caller's to close where it did not", async () => {
    const given = createDenyList({ file });
    const { shield, timers } = revokingShield({ trust, revocation: { denied: [given, file] } });
    expect(timers.pauses).to.not.have.length(0);
    shield.close();
    expect(timers.pauses).to.have.length(0);
    await given.deny({ publicKey: client.leaf.pem });
    expect(given.entries).to.have.length(1);
    given.close();
  });

  it("tell its listener of changes, each once, until it is closed", async () => {
    const denied = createDenyList();
    const { shield, world } = revokingShield({
      trust: { ours: { roots: trust, revocation: { denied } }, theirs: other.certificate.pem },
      revocation: { denied },
    });
    await denied.deny({ publicKey: client.leaf.pem });
    expect(world.events).to.deep.equal([
      {
        time: start,
        type: "deny-list-changed",
        source: "memory",
        revision: denied.revision,
        entries: 1,
        added: 1,
        removed: 0,
      },
    ]);
    shield.close();
    await denied.restore({ publicKey: client.leaf.pem });
    expect(world.events).to.have.length(1);
  });

  it("warn once of what can be evaded, although several sets have them", async () => {
    const denied = createDenyList({ entries: [{ fingerprint: "ab".repeat(32) }] });
    const { timers, warnings } = revokingShield({
      trust: { ours: { roots: trust, revocation: { denied } }, theirs: other.certificate.pem },
      revocation: { denied },
    });
    await timers.advance(0);
    expect(warnings.map(({ option }) => option)).to.deep.equal(["fingerprint"]);
  });
});

describe("a shield that was closed", () => {
  it("goes on with what it knows, asks nobody and keeps no timer", async () => {
    const { shield, world, timers, ask } = revokingShield(
      {
        trust,
        revocation: {
          crl: address,
          ocsp: responder,
          certificateAddresses: { hosts: ["crl.example"] },
        },
      },
      () => ({ body: listBy(root.certificate) }),
    );
    await until(() => shield.isReady());
    shield.close();
    expect(timers.pauses).to.deep.equal([]);
    const before = world.requests.length;
    expect(await ask(client)).to.equal("allow");
    await timers.advance(2 * 86_400_000);
    expect(await ask(client)).to.equal("revocation-unknown");
    expect(world.requests).to.have.length(before);
    expect(await ask(issuing.client())).to.not.equal("allow");
  });
});
