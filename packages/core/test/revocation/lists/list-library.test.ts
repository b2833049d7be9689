import {
  asVersion1,
  authority,
  certificateList,
  type CrlChanges,
  testKeyPair,
  type TestAuthority,
} from "@mtls-shield/testkit";
import { expect } from "chai";

import { CrlCheck } from "../../../src/revocation/crl/crl-check.ts";
import { ListLibrary } from "../../../src/revocation/lists/list-library.ts";
import { ListMarks } from "../../../src/revocation/lists/list-marks.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import type { Store } from "../../../src/store/store.ts";
import type { Certificate } from "../../../src/x509/certificate.ts";
import type { CertificateList } from "../../../src/x509/certificate-list.ts";
import { noLegacy } from "../../../src/x509/signature.ts";
import { parsed } from "../../certificates.ts";
import { parsedList } from "../parsed-list.ts";
import { scriptedWorld, start } from "../scripted-world.ts";

const clock = () => start;
const ca = authority({ commonName: "Lists Root", clock });
const namesake = authority({ commonName: "Lists Root", clock });
const client = ca.client({ serialNumber: 7n });
const name = "CN=Lists Root";

function list(changes: CrlChanges = {}, signer: TestAuthority = ca): CertificateList {
  return parsedList(certificateList(signer.certificate, { now: start, ...changes }));
}

function libraryOf(authorities: readonly TestAuthority[] = [ca], store: Store = new MemoryStore()) {
  const world = scriptedWorld();
  const { heard, emit, pause, timers } = world;
  const library = new ListLibrary({
    toleranceMs: 0,
    onChange: () => undefined,
    authorities: authorities.map(({ certificate }) => parsed(certificate)),
    legacy: noLegacy,
    marks: new ListMarks(store),
    clock: timers.clock,
    emit,
    pause,
  });
  const offer = (lists: CertificateList | readonly CertificateList[], more?: Certificate[]) =>
    library.offer([lists].flat(), "ca.crl", more);
  return { library, offer, heard, world };
}

/** The numbers of the complete lists in use. */
function numbersIn({ index }: ListLibrary): readonly (bigint | undefined)[] {
  const lists = index.get(parsed(ca.certificate).subject.comparisonKey);
  return (lists?.complete ?? []).map(({ extensions }) => extensions.crlNumber);
}

function codeOf({ index }: ListLibrary): string {
  const check = new CrlCheck({
    index,
    now: start,
    mode: "required",
    signers: [],
    legacy: noLegacy,
    verifySigner: () => false,
  });
  const status = check.statusOf([parsed(client.leaf), parsed(ca.certificate)], 0);
  return status.outcome === "good" ? "good" : status.code;
}

describe("ListLibrary", () => {
  it("takes a list that its authority has signed, and says so", async () => {
    const { library, offer, world } = libraryOf();
    const before = library.index;
    const one = list({ crlNumber: 4, revoked: [client.leaf] });
    expect(await offer(one)).to.deep.equal({ inUse: [one], rejected: 0, isCurrent: true });
    expect(library.index).to.not.equal(before);
    expect(library.revision).to.equal(1);
    expect(codeOf(library)).to.equal("certificate-revoked");
    expect(world.events).to.deep.equal([
      {
        type: "revocation-list-loaded",
        source: "ca.crl",
        issuer: name,
        number: "4",
        isDelta: false,
        entries: 1,
        thisUpdate: one.thisUpdate,
        nextUpdate: one.nextUpdate,
      },
    ]);
  });

  it("knows a list that is in use already: nothing has changed", async () => {
    const { library, offer, heard } = libraryOf();
    const made = certificateList(ca.certificate, { now: start });
    const one = parsedList(made);
    await offer(one);
    const { index } = library;
    heard();
    expect(await offer(parsedList(made))).to.deep.equal({
      inUse: [one],
      rejected: 0,
      isCurrent: true,
    });
    expect([library.revision, heard()]).to.deep.equal([1, []]);
    expect(library.index).to.equal(index);
  });

  it("never takes another content for the list whose signature it copies", async () => {
    const { library, offer } = libraryOf();
    const genuine = list({ revoked: [client.leaf] });
    const forged = list({ raw: (sound) => ({ ...sound, sign: () => genuine.signature }) });
    expect(await offer(forged)).to.deep.equal({ inUse: [], rejected: 1, isCurrent: false });
    await offer(genuine);
    expect((await offer([genuine, forged])).rejected).to.equal(1);
    expect(codeOf(library)).to.equal("certificate-revoked");
  });

  it("replaces a list by a newer one, and raises the revision with each change", async () => {
    const { library, offer } = libraryOf();
    await offer(list({ crlNumber: 1 }));
    await offer([list({ crlNumber: 2 }), list({ crlNumber: 3, baseCrlNumber: 2 })]);
    expect(numbersIn(library)).to.deep.equal([2n]);
    expect(library.revision).to.equal(2);
    await offer(list({ crlNumber: 1 }));
    expect(library.revision).to.equal(2);
  });

  it("rejects each list for what is wrong with it, and keeps what it has", async () => {
    const { library, offer, heard } = libraryOf();
    const good = list({ crlNumber: 5 });
    await offer(good);
    heard();
    const offered = await offer([
      list({ extensions: { crlNumber: "absent" } }),
      list({ crlNumber: 6, thisUpdate: start + 61_000 }),
      list({ crlNumber: 6 }, namesake),
      list({ crlNumber: 6, raw: (sound) => ({ ...sound, alterSignature: flipLastBit }) }),
      list({}, authority({ commonName: "Stranger", clock })),
      list({ crlNumber: 4 }),
      list({ crlNumber: 5, thisUpdate: start - 2 * 3_600_000 }),
      good,
    ]);
    expect(offered).to.deep.equal({ inUse: [good], rejected: 7, isCurrent: true });
    expect(heard()).to.deep.equal([
      `the list has no number (${name})`,
      `the list is not valid yet (${name})`,
      `no known authority has signed the list (${name})`,
      `no known authority has signed the list (${name})`,
      "no known authority has signed the list (CN=Stranger)",
      `the list is older than the one in use (${name})`,
      `the list is older than the one in use (${name})`,
    ]);
    expect(numbersIn(library)).to.deep.equal([5n]);
  });

  it("forgives the clock of its authority a minute", async () => {
    const { offer } = libraryOf();
    expect((await offer(list({ thisUpdate: start + 60_000 }))).rejected).to.equal(0);
  });

  it("takes a list that has expired: whom it revokes stays revoked", async () => {
    const { library, offer } = libraryOf();
    await offer(list({ thisUpdate: 0, nextUpdate: 1_000, revoked: [client.leaf] }));
    expect(codeOf(library)).to.equal("certificate-revoked");
  });

  it("rejects what is older than a list that was in use before a restart", async () => {
    const store = new MemoryStore();
    await libraryOf([ca], store).offer(list({ crlNumber: 9 }));
    const { library, offer, heard } = libraryOf([ca], store);
    await offer(list({ crlNumber: 8 }));
    expect(heard()).to.deep.equal([`the list is older than one that was in use before (${name})`]);
    expect([numbersIn(library), library.revision]).to.deep.equal([[], 0]);
  });

  it("knows no order among complete lists, deltas and parts", async () => {
    const { offer } = libraryOf();
    const { rejected } = await offer([
      list({ crlNumber: 9 }),
      list({ crlNumber: 8, baseCrlNumber: 1 }),
      list({ crlNumber: 7, scope: { onlyUsers: true } }),
      list({ crlNumber: 6, scope: { onlyAuthorities: true } }),
    ]);
    expect(rejected).to.equal(0);
  });

  it("tells of a list of version 1, which has no number", async () => {
    const { offer, world } = libraryOf();
    await offer(list({ raw: asVersion1 }));
    expect(world.events[0]).to.include({ type: "revocation-list-loaded", number: undefined });
  });

  it("keeps the lists of both keys of an authority that changes its key", async () => {
    const { library, offer } = libraryOf([ca, namesake]);
    await offer(list({ crlNumber: 9 }));
    expect((await offer(list({ crlNumber: 1 }, namesake))).rejected).to.equal(0);
    expect(numbersIn(library)).to.deep.equal([9n, 1n]);
  });

  it("takes two certificates of one key for one authority", async () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const root = authority({ clock });
    const [one, other] = [root, authority({ clock })].map((above) =>
      above.intermediate({ commonName: "Issuing", keyPair }),
    ) as [TestAuthority, TestAuthority];
    const { offer, heard } = libraryOf([one, other]);
    await offer(list({ crlNumber: 2 }, one));
    await offer(list({ crlNumber: 1 }, other));
    expect(heard()).to.deep.equal([
      "loaded CN=Issuing 2",
      "the list is older than the one in use (CN=Issuing)",
    ]);
  });

  describe("with authorities of a path that was verified", () => {
    const issuing = ca.intermediate({ commonName: "Issuing" });

    it("takes their lists while that path is at hand, and only then", async () => {
      const { offer } = libraryOf();
      const one = list({ crlNumber: 1 }, issuing);
      expect((await offer(one)).rejected).to.equal(1);
      expect((await offer(one, [parsed(issuing.certificate)])).rejected).to.equal(0);
    });

    it("lets none of the same name displace or empty the list of another", async () => {
      const { library, offer } = libraryOf();
      await offer(list({ crlNumber: 1, revoked: [client.leaf] }));
      const hostile = ca.intermediate({ commonName: "Lists Root" });
      const empty = list({ crlNumber: 1_000 }, hostile);
      const delta = list({ crlNumber: 1_001, baseCrlNumber: 1, revoked: [removal] }, hostile);
      const { rejected } = await offer([empty, delta], [parsed(hostile.certificate)]);
      expect(rejected).to.equal(0);
      expect(codeOf(library)).to.equal("certificate-revoked");
      expect((await offer(list({ crlNumber: 2 }))).rejected).to.equal(0);
      expect(codeOf(library)).to.equal("good");
    });
  });

  it("holds as many scopes as a large hierarchy has, and no more", async function () {
    this.timeout(60_000);
    const { library, offer, heard } = libraryOf([ca, namesake]);
    const partOf = (part: number, crlNumber = 1) =>
      list({ crlNumber, scope: { uris: [`http://lists.example/${part}`] } });
    const parts = Array.from({ length: 4_096 }, (_, part) => partOf(part));
    expect((await offer(parts)).rejected).to.equal(0);
    heard();
    expect((await offer(partOf(4_096))).rejected).to.equal(1);
    expect(heard()).to.deep.equal(["there are too many lists"]);
    expect((await offer(partOf(0, 2))).rejected).to.equal(0);
    expect(numbersIn(library)).to.have.length(4_096);
    // Each authority has room of its own.
    expect((await offer(list({}, namesake))).rejected).to.equal(0);
  });

  describe("with offers at the same time", () => {
    it("sees them one after the other, so that the newest is in use in the end", async () => {
      for (const numbers of [
        [1, 2],
        [2, 1],
      ]) {
        const { library, offer } = libraryOf([ca], new SlowStore());
        await Promise.all(numbers.map((crlNumber) => offer(list({ crlNumber }))));
        expect(numbersIn(library)).to.deep.equal([2n]);
      }
    });
  });

  describe("with a store that fails", () => {
    it("throws on, and judges the next offer anew", async () => {
      const store = new FailingStore();
      const { library, offer } = libraryOf([ca], store);
      const one = list();
      store.failsAfter = 0;
      expect(await thrownBy(offer(one))).to.equal("the store of list marks failed: no store");
      expect(library.revision).to.equal(0);
      store.failsAfter = Infinity;
      expect((await offer(one)).rejected).to.equal(0);
    });

    it("uses the lists before the one at which it failed", async () => {
      const store = new FailingStore();
      const { library, offer } = libraryOf([ca], store);
      const first = list({ revoked: [client.leaf] });
      const second = list({ scope: { onlyAuthorities: true } });
      store.failsAfter = 1;
      expect(await thrownBy(offer([first, second]))).to.equal(
        "the store of list marks failed: no store",
      );
      expect([codeOf(library), library.revision]).to.deep.equal(["certificate-revoked", 1]);
      store.failsAfter = Infinity;
      expect((await offer([first, second])).rejected).to.equal(0);
      expect(library.revision).to.equal(2);
    });
  });

  describe("after a reset", () => {
    it("lets an older list pass once, and none before that one's", async () => {
      const store = new MemoryStore();
      const { library, offer } = libraryOf([ca], store);
      await offer([list({ crlNumber: 9 }), list({ crlNumber: 9, baseCrlNumber: 1 })]);
      expect(await library.reset(name)).to.equal(2);
      expect(numbersIn(library)).to.deep.equal([9n]);
      expect((await offer(list({ crlNumber: 3 }))).rejected).to.equal(0);
      expect(numbersIn(library)).to.deep.equal([3n]);
      expect((await offer(list({ crlNumber: 2 }))).rejected).to.equal(1);
    });

    it("holds for lists that were rejected since the start", async () => {
      const store = new MemoryStore();
      await libraryOf([ca], store).offer(list({ crlNumber: 9 }));
      const { library, offer } = libraryOf([ca], store);
      const older = list({ crlNumber: 8 });
      expect((await offer(older)).rejected).to.equal(1);
      await library.reset(name);
      expect((await offer(older)).rejected).to.equal(0);
    });

    it("touches no other issuer", async () => {
      const { library, offer } = libraryOf();
      await offer(list({ crlNumber: 9 }));
      expect(await library.reset("CN=Other")).to.equal(0);
      expect((await offer(list({ crlNumber: 8 }))).rejected).to.equal(1);
    });

    it("waits for the offers that are under way: their marks are forgotten too", async () => {
      const { library, offer } = libraryOf([ca], new SlowStore());
      await offer(list({ crlNumber: 8 }));
      const [, count] = await Promise.all([offer(list({ crlNumber: 9 })), library.reset(name)]);
      expect(count).to.equal(1);
      expect((await offer(list({ crlNumber: 3 }))).rejected).to.equal(0);
    });
  });
});

const removal = { certificate: client.leaf, reason: "removeFromCRL" } as const;

function flipLastBit(signature: Uint8Array): Uint8Array {
  return signature.map((octet, at) => (at === signature.length - 1 ? octet ^ 1 : octet));
}

/** Everything takes a few turns. */
class SlowStore extends MemoryStore {
  override async get(key: string): Promise<string | undefined> {
    await turns();
    return super.get(key);
  }

  override async delete(key: string): Promise<void> {
    await turns();
    return super.delete(key);
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

class FailingStore extends MemoryStore {
  failsAfter = Infinity;

  override async get(key: string): Promise<string | undefined> {
    if (this.failsAfter-- <= 0) throw new Error("no store");
    return super.get(key);
  }
}

async function thrownBy(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "nothing",
    (error: unknown) => (error as Error).message,
  );
}
