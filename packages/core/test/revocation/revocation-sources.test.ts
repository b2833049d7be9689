import { authority } from "@mtls-shield/testkit";
import { expect } from "chai";

import type { AddressPolicy } from "../../src/network/address-policy.ts";
import type { ExpiryWatch } from "../../src/revocation/lists/expiry-watch.ts";
import type { ListLibrary } from "../../src/revocation/lists/list-library.ts";
import type { ListSource } from "../../src/revocation/lists/list-source.ts";
import type { OcspClient } from "../../src/revocation/ocsp/ocsp-client.ts";
import { RevocationSources } from "../../src/revocation/revocation-sources.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { parsed } from "../certificates.ts";

/** A source that does what a test tells it. */
class TestSource implements ListSource {
  readonly name: string;
  isLoaded = false;
  loading: Promise<void> | undefined;
  loads = 0;
  closes = 0;

  constructor(name = "test") {
    this.name = name;
  }

  load(): Promise<void> {
    this.loads++;
    return (this.loading ??= Promise.resolve());
  }

  loadAnew(): Promise<void> {
    return this.load();
  }

  close(): void {
    this.closes++;
  }
}

const policy: AddressPolicy = { problemOf: () => undefined, admits: () => true };
const root = authority();
const above = [root.intermediate().certificate, root.certificate].map(parsed);
const url = new URL("http://lists.example/a.crl");

function sourcesOf(lists: readonly TestSource[] = []) {
  const named: TestSource[] = [];
  const authoritiesOf: (readonly Certificate[])[] = [];
  let closes = 0;
  const sources = new RevocationSources({
    library: {} as ListLibrary,
    expiry: { close: () => closes++ } as unknown as ExpiryWatch,
    responders: { close: () => closes++ } as unknown as OcspClient,
    lists,
    makeSource: ({ href }, _, authorities) => {
      const source = new TestSource(href);
      named.push(source);
      authoritiesOf.push(authorities);
      return source;
    },
    emit: () => undefined,
  });
  return { sources, named, authoritiesOf, closes: () => closes };
}

describe("RevocationSources", () => {
  it("loads the operator's lists at once", () => {
    const source = new TestSource();
    expect(sourcesOf([source]).sources.hasLists).to.equal(true);
    expect(source.loads).to.equal(1);
    expect(sourcesOf().sources.hasLists).to.equal(false);
  });

  it("is loaded when each of them is", () => {
    const [one, other] = [new TestSource(), new TestSource()];
    const { sources } = sourcesOf([one, other]);
    one.isLoaded = true;
    expect(sources.isLoaded()).to.equal(false);
    other.isLoaded = true;
    expect(sources.isLoaded()).to.equal(true);
    expect(sourcesOf().sources.isLoaded()).to.equal(true);
  });

  it("waits for those that are missing and under way", async () => {
    const [loaded, idle, pending] = [new TestSource(), new TestSource(), new TestSource()];
    const { sources } = sourcesOf([loaded, idle, pending]);
    loaded.isLoaded = true;
    idle.loading = undefined;
    let settle = (): void => undefined;
    pending.loading = new Promise((resolve) => (settle = resolve));
    const waiting = sources.pendingLists();
    settle();
    expect(await waiting).to.deep.equal([undefined]);
    pending.loading = undefined;
    expect(sources.pendingLists()).to.equal(undefined);
  });

  describe("with addresses in certificates", () => {
    it("makes one source of each, and waits while it is loading", () => {
      const { sources, named, authoritiesOf } = sourcesOf();
      const loading = sources.fetchLists(url, policy, above);
      expect(loading).to.equal(named[0]?.loading);
      expect(sources.fetchLists(url, policy, above)).to.equal(loading);
      named[0]!.loading = undefined;
      expect(sources.fetchLists(url, policy, above)).to.equal(undefined);
      expect([named.length, named[0]!.loads]).to.deep.equal([1, 1]);
      expect(authoritiesOf).to.deep.equal([above]);
    });

    it("lets nobody who names an address first decide whose lists count from there", () => {
      const { sources, authoritiesOf } = sourcesOf();
      const hostile = [root.intermediate().certificate, root.certificate].map(parsed);
      void sources.fetchLists(url, policy, hostile);
      void sources.fetchLists(url, policy, above);
      expect(authoritiesOf).to.deep.equal([hostile, above]);
    });

    it("holds a limited number of them", () => {
      const { sources, named } = sourcesOf();
      for (let part = 0; part < 300; part++) {
        void sources.fetchLists(new URL(`?${part}`, url), policy, above);
      }
      expect(named).to.have.length(256);
      expect(sources.fetchLists(new URL("?299", url), policy, above)).to.equal(undefined);
      expect(sources.fetchLists(new URL("?255", url), policy, above)).to.equal(named[255]!.loading);
    });
  });

  it("asks every source anew", () => {
    const source = new TestSource();
    const { sources, named } = sourcesOf([source]);
    void sources.fetchLists(url, policy, above);
    sources.reload();
    expect([source.loads, named[0]!.loads]).to.deep.equal([2, 2]);
  });

  it("closes everything, and makes nothing new", () => {
    const source = new TestSource();
    const { sources, named, closes } = sourcesOf([source]);
    void sources.fetchLists(url, policy, above);
    sources.close();
    expect([source.closes, named[0]!.closes, closes()]).to.deep.equal([1, 1, 2]);
    expect(sources.fetchLists(new URL("?new", url), policy, above)).to.equal(undefined);
    expect(named).to.have.length(1);
  });
});
