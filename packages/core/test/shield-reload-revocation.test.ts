import { expect } from "chai";

import { authority } from "@mtls-shield/testkit";

import type { ShieldOptions } from "../src/shield-options.ts";
import { outcomeOf as codeOf } from "./ask-shield.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection } from "./fake-socket.ts";
import { MemoryStore } from "../src/store/memory-store.ts";
import { faultOf, replaceFile } from "./reloading-shield.ts";
import {
  answerAbout,
  issuing,
  issuingClock,
  listBy,
  responder,
  revokingShield,
  root,
} from "./revocation/revoking-shield.ts";
import { silence, start, until, type Reply } from "./revocation/scripted-world.ts";
import { whileInFolder } from "./temporary-folder.ts";

const client = root.client({ commonName: "client" });
const other = authority({ clock: issuingClock, commonName: "Other Root" });
const stranger = other.client({ commonName: "stranger" });
const [ours, theirs] = [root.certificate.pem, other.certificate.pem];
const address = new URL("http://crl.example/root.crl");
const revoking = listBy(root.certificate, { revoked: [client.leaf], crlNumber: 5 });
const forgiving = listBy(root.certificate, { crlNumber: 4, thisUpdate: start - 3_600_000 });
const revokingTheirs = listBy(other.certificate, { revoked: [stranger.leaf] });

function later<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((keep) => (resolve = keep));
  return { promise, resolve };
}

describe("revocation data over a reload", () => {
  it("goes on as it is where its options are the same", async () => {
    const revocation = { crl: address };
    const { shield, ask, loaded, world } = revokingShield({ trust: ours, revocation }, () => ({
      body: revoking,
    }));
    await loaded();
    await shield.reload({ rules: [{ match: "* /**", allow: "any-client" }] });
    expect(await ask(client)).to.equal("certificate-revoked");
    expect(world.requests).to.have.length(1);
    shield.close();
  });

  it("takes the lists of a new authority, and lets nobody of it in before, in either mode", async () => {
    for (const mode of ["hard", "soft"] as const) {
      const { shield, ask } = revokingShield({
        trust: ours,
        revocation: { crl: [revoking, revokingTheirs], mode },
      });
      await until(async () => (await ask(client)) === "certificate-revoked");
      await shield.reload({ trust: [ours, theirs] });
      expect(await ask(stranger), mode).to.equal("certificate-revoked");
      expect(await ask(client), mode).to.equal("certificate-revoked");
      shield.close();
    }
  });

  it("takes them also where the lists are being read at that very moment", async () => {
    for (const mode of ["hard", "soft"] as const) {
      const stored = later<undefined>();
      let isAsked = false;
      const get = () => {
        isAsked = true;
        return stored.promise;
      };
      const { shield, ask } = revokingShield({
        trust: ours,
        // The one that nobody known has signed comes first, and the store holds up the other.
        revocation: {
          crl: pem(revokingTheirs) + pem(revoking),
          store: Object.assign(new MemoryStore(), { get }),
          mode,
        },
      });
      await until(() => isAsked);
      await shield.reload({ trust: [ours, theirs] });
      const asked = ask(stranger);
      stored.resolve(undefined);
      expect(await asked, mode).to.equal("certificate-revoked");
      shield.close();
    }
  });

  it("takes no more lists of an authority that is gone, and keeps what was in use", () =>
    whileInFolder({ "ca.crl": "" }, async (folder) => {
      const path = `${folder}/ca.crl`;
      replaceFile(path, pem(revokingTheirs));
      const { shield, ask, world, timers } = revokingShield({
        trust: [ours, theirs],
        revocation: { crl: path },
      });
      await until(() => shield.isReady());
      await shield.reload({ trust: ours });
      replaceFile(path, pem(listBy(other.certificate, { crlNumber: 9 })));
      await until(async () => {
        await timers.advance(500);
        return world.heard().some((text) => text.startsWith("no known authority"));
      });
      await shield.reload({ trust: theirs });
      expect(await ask(stranger)).to.not.equal("allow");
      shield.close();
    }));

  it("follows each set of its own", async () => {
    const trust = (roots: readonly string[]): ShieldOptions["trust"] & object => ({
      own: { roots, revocation },
      rest: { roots: authority({ clock: issuingClock }).certificate.pem },
    });
    const revocation = { crl: [revoking, revokingTheirs] };
    const { shield, ask } = revokingShield({ trust: trust([ours]) });
    await until(async () => (await ask(client)) === "certificate-revoked");
    await shield.reload({ trust: trust([ours, theirs]) });
    expect(await ask(stranger)).to.equal("certificate-revoked");
    expect(await ask(client)).to.equal("certificate-revoked");
    shield.close();
  });

  it("is as strict as a start where the shared options would count for nobody", async () => {
    const own = { crl: revoking };
    const { shield } = revokingShield({
      trust: { a: { roots: ours, revocation: own }, b: theirs },
      revocation: { crl: revokingTheirs },
    });
    const fault = await faultOf(shield.reload({ trust: { a: { roots: ours, revocation: own } } }));
    expect(fault).to.have.property("option", "revocation");
    shield.close();
  });
});

describe("a change of the revocation options", () => {
  for (const mode of ["hard", "soft"] as const) {
    it(`waits for the new data, and judges by the old until then (${mode})`, async () => {
      const slow = later<Reply>();
      const { shield, ask, loaded, timers } = revokingShield(
        { trust: ours, revocation: { crl: revoking, mode } },
        () => slow.promise,
      );
      await loaded();
      await until(async () => (await ask(client)) === "certificate-revoked");
      let isDone = false;
      const reloaded = shield.reload({ revocation: { crl: address, mode } }).then(() => {
        isDone = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(await ask(client)).to.equal("certificate-revoked");
      expect(isDone).to.equal(false);
      slow.resolve({ body: revoking });
      await until(async () => {
        await timers.advance(50);
        return isDone;
      });
      await reloaded;
      expect(await ask(client)).to.equal("certificate-revoked");
      shield.close();
    });

    it(`is dropped where it does not come, and leaves nothing behind (${mode})`, async () => {
      const { shield, ask, timers, world } = revokingShield(
        { trust: ours, revocation: { crl: revoking, mode } },
        () => silence,
      );
      await until(async () => (await ask(client)) === "certificate-revoked");
      const before = timers.pauses.length;
      const failed = faultOf(shield.reload({ revocation: { crl: address, mode } }));
      await until(() => world.requests.length === 1);
      await timers.advance(30_000);
      expect(await failed).to.have.property("message", "revocation gave no answer within 30000 ms");
      expect(await ask(client)).to.equal("certificate-revoked");
      await timers.advance(120_000);
      expect(world.requests).to.have.length(1);
      expect(timers.pauses).to.have.length(before);
      shield.close();
    });
  }

  it("is made at once where something was missing before: requests wait for the new data themselves", async () => {
    const { shield, ask, timers } = revokingShield(
      { trust: ours, revocation: { crl: address } },
      () => silence,
    );
    await shield.reload({ revocation: { crl: revoking } });
    expect(await ask(client)).to.equal("certificate-revoked");
    await timers.advance(0);
    shield.close();
  });

  it("ends at once where the shield is closed meanwhile, and closes what was to come", async () => {
    const { shield, timers } = revokingShield(
      { trust: ours, revocation: { crl: revoking } },
      () => silence,
    );
    await until(() => shield.isReady());
    const failed = faultOf(shield.reload({ revocation: { crl: address } }));
    await until(() => timers.pauses.includes(50));
    shield.close();
    await timers.advance(50);
    expect(await failed).to.have.property("message", "the shield is closed");
    expect(timers.pauses.filter((ms) => ms < 60_000)).to.deep.equal([]);
  });

  it("lets no older list of the same authority pass", async () => {
    const { shield, ask, world, timers } = revokingShield({
      trust: ours,
      revocation: { crl: revoking },
    });
    await until(async () => (await ask(client)) === "certificate-revoked");
    world.heard();
    const failed = faultOf(shield.reload({ revocation: { crl: forgiving } }));
    await until(() => world.events.length > 0);
    expect(world.heard()[0]).to.match(/^the list is older than one that was in use before/);
    await timers.advance(30_000);
    await failed;
    expect(await ask(client)).to.equal("certificate-revoked");
    shield.close();
  });

  it("keeps the marks of each set's own lists apart", async () => {
    const trust = (crl: Uint8Array): ShieldOptions["trust"] & object => ({
      own: { roots: ours, revocation: { crl } },
    });
    const { shield, ask, world, timers } = revokingShield({ trust: trust(revoking) });
    await until(async () => (await ask(client)) === "certificate-revoked");
    const failed = faultOf(shield.reload({ trust: trust(forgiving) }));
    await until(() => world.heard().some((text) => text.startsWith("the list is older")));
    await timers.advance(30_000);
    await failed;
    shield.close();
  });

  it("spoils no answer that a request waits for", async () => {
    const below = issuing.client({ commonName: "below" });
    const trust = { roots: ours, intermediates: issuing.certificate.pem };
    const ocsp = { ocsp: responder, covers: "leaf" } as const;
    const reply = later<Reply>();
    const { shield, timers, world } = revokingShield(
      { trust, revocation: ocsp },
      () => reply.promise,
    );
    const asked = shield.decideWhenKnown(fakeRequest(fakeConnection(below.chain)));
    await until(() => world.requests.length === 1);
    await shield.reload({ revocation: { ...ocsp, timeoutMs: 100 } });
    await timers.advance(1_999);
    reply.resolve(answerAbout(issuing.certificate, below.leaf));
    expect(codeOf(await asked)).to.equal("allow");
    await timers.advance(2_000);
    shield.close();
  });

  it("judges a request that waits by the data that it began with, and the next by the new", async () => {
    const below = issuing.client({ commonName: "below" });
    const trust = { roots: ours, intermediates: issuing.certificate.pem };
    const reply = later<Reply>();
    const { shield, world } = revokingShield(
      { trust, revocation: { ocsp: responder, covers: "leaf" } },
      () => reply.promise,
    );
    const connection = fakeConnection(below.chain);
    const asked = shield.decideWhenKnown(fakeRequest(connection));
    await until(() => world.requests.length === 1);
    await shield.reload({ trust: theirs, rules: [{ match: "* /**", allow: "any-client" }] });
    reply.resolve(answerAbout(issuing.certificate, below.leaf));
    const context = await asked;
    expect(codeOf(context)).to.equal("allow");
    expect(context.decision).to.have.property("rule", "default");
    expect(codeOf(await shield.decideWhenKnown(fakeRequest(connection)))).to.equal(
      "issuer-unknown",
    );
    shield.close();
  });

  it("ends what was in use before once nobody can wait for it any more, or with the shield", async () => {
    const { shield, timers, world } = revokingShield(
      { trust: ours, revocation: { crl: address } },
      () => ({ body: revoking }),
    );
    await until(() => shield.isReady());
    await shield.reload({ revocation: false });
    await timers.advance(2_000);
    const { length } = world.requests;
    await timers.advance(7_200_000);
    expect(world.requests).to.have.length(length);
    await shield.reload({ revocation: { mode: "soft", ocsp: responder } });
    await shield.reload({ revocation: false });
    shield.close();
    expect(timers.pauses).to.deep.equal([]);
  });

  it("makes nobody who waits for readiness believe in that of the old data", async () => {
    const slow = later<Reply>();
    const { shield, timers } = revokingShield(
      { trust: ours, revocation: { crl: address } },
      ({ url }) => (url.pathname === "/new.crl" ? slow.promise : silence),
    );
    let isReady = false;
    const ready = shield.whenReady().then(() => (isReady = true));
    await shield.reload({ revocation: { crl: new URL("/new.crl", address) } });
    await timers.advance(10_000);
    expect([isReady, shield.isReady()]).to.deep.equal([false, false]);
    slow.resolve({ body: revoking });
    await until(async () => {
      await timers.advance(50);
      return isReady;
    });
    await ready;
    expect(shield.isReady()).to.equal(true);
    shield.close();
  });

  it("closes the lists of denied certificates that options with a fault named", () =>
    whileInFolder({ "denied.json": '{ "denied": [] }' }, async (folder) => {
      const denied = `${folder}/denied.json`;
      const { shield, timers } = revokingShield({ trust: { a: ours, b: theirs } });
      const before = timers.pauses.length;
      for (const changes of [
        { revocation: { denied, mode: "nonsense" } },
        { revocation: { denied: [denied, `${folder}/none.json`] } },
        { revocation: { denied, ocsp: [] } },
        {
          revocation: { denied },
          trust: { a: ours, b: { roots: theirs, revocation: { denied, mode: "nonsense" } } },
        },
      ]) {
        await faultOf(shield.reload(changes as ShieldOptions));
        expect(timers.pauses).to.have.length(before);
      }
      shield.close();
    }));
});

function pem(der: Uint8Array): string {
  const body = Buffer.from(der).toString("base64");
  return `-----BEGIN X509 CRL-----\n${body}\n-----END X509 CRL-----\n`;
}
