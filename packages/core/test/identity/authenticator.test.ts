import { expect } from "chai";

import {
  authority,
  brokenCertificates,
  der,
  extensions,
  fakeClock,
  soundChain,
  testKeyPair,
  type LeafChanges,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { defaultLimits, type Limits } from "../../src/base/limits.ts";
import { Authenticator, type Authentication } from "../../src/identity/authenticator.ts";
import { ChainMemory } from "../../src/identity/chain-memory.ts";
import { parsed } from "../certificates.ts";
import { fakeConnection, fakeSocket } from "../fake-socket.ts";
import { clientRules, trustSet, type TrustParts } from "../path/verify.ts";
import { TlsConnection } from "../../src/sources/tls-connection.ts";

const hourMs = 3_600_000;
const minuteMs = 60_000;

function authenticatorOf(trust: TrustParts, limits: Partial<Limits> = {}): Authenticator {
  return new Authenticator(
    trustSet(trust),
    { ...defaultLimits, ...limits },
    clientRules(),
    undefined,
    new ChainMemory(limits.rememberedClients ?? defaultLimits.rememberedClients),
  );
}

/** `verified`, or the reason's code. */
function outcome(authentication: Authentication): string {
  return authentication.outcome === "verified" ? "verified" : authentication.reason.code;
}

/** A resumed session: the leaf alone. */
function resumed(leaf: TestCertificate): TlsConnection {
  return fakeConnection([leaf], { isReused: true, authorized: true });
}

describe("Authenticator", () => {
  const clock = fakeClock(Date.UTC(2030, 0, 1));
  const issued = soundChain({ clock });
  const [leaf, intermediate] = issued.chain;
  const trust = { anchors: [issued.root] };
  const now = clock();

  it("identifies a client, and tells from when to when that holds", () => {
    const authentication = authenticatorOf(trust).authenticate(fakeConnection(issued.chain), now);
    if (authentication.outcome !== "verified") throw new Error(outcome(authentication));
    expect(authentication.client).to.include({
      fingerprint: leaf!.fingerprint,
      commonName: "client.corp.example",
      trust: "default",
      verifiedBy: "path",
    });
    expect(authentication.warnings).to.deep.equal([]);
    expect(authentication.validFrom).to.equal(parsed(leaf!).notBefore);
    expect(authentication.validUntil).to.equal(parsed(leaf!).notAfter + 1_000);
    expect(Object.isFrozen(authentication)).to.equal(true);
    expect(Object.isFrozen(authentication.warnings)).to.equal(true);
  });

  it("bears the name of its trust set", () => {
    expect(authenticatorOf(trust).name).to.equal("default");
  });

  it("refuses who presents nothing", () => {
    const authenticator = authenticatorOf(trust);
    expect(outcome(authenticator.authenticate(fakeConnection([]), now))).to.equal(
      "certificate-missing",
    );
    const plain = TlsConnection.of({}, {});
    expect(outcome(authenticator.authenticate(plain, now))).to.equal("tls-required");
  });

  for (const { name, expected, make } of Object.values(brokenCertificates)) {
    it(`refuses ${name} with ${expected}, from the socket on`, () => {
      const broken = make({ clock });
      const authenticator = authenticatorOf({ anchors: [broken.root] });
      const connection = fakeConnection(broken.chain);
      expect(outcome(authenticator.authenticate(connection, now))).to.equal(expected);
    });
  }

  it("says of a chain that TLS may have cut short that it may be incomplete", () => {
    const authenticator = authenticatorOf(trust);
    const hidden = authenticator.authenticate(fakeConnection([leaf!], { authorized: true }), now);
    expect(outcome(hidden)).to.equal("chain-incomplete");
    expect(hidden).to.have.nested.property("reason.details.issuer", "CN=Test Intermediate 1");
    const full = authenticator.authenticate(fakeConnection([leaf!], { authorized: false }), now);
    expect(full.outcome).to.equal("refused");
  });

  it("says so of no other refusal", () => {
    const expired = brokenCertificates["expired-leaf"].make({ clock });
    const authenticator = authenticatorOf({
      anchors: [expired.root],
      intermediates: [expired.chain[1]!],
    });
    expect(outcome(authenticator.authenticate(resumed(expired.leaf), now))).to.equal(
      "certificate-expired",
    );
  });

  it("needs clientAuth to be named when it was told to", () => {
    const silent = authority({ clock }).client({ extensions: { extendedKeyUsage: "absent" } });
    const strict = new Authenticator(
      trustSet({ anchors: [silent.root] }),
      defaultLimits,
      clientRules({ extendedKeyUsage: "required" }),
      undefined,
      new ChainMemory(64),
    );
    expect(outcome(strict.authenticate(fakeConnection(silent.chain), now))).to.equal(
      "extended-key-usage-invalid",
    );
  });

  describe("what it remembers of verified clients", () => {
    it("is the same answer for the same connection, without another look", () => {
      const authenticator = authenticatorOf(trust);
      const connection = fakeConnection(issued.chain);
      const first = authenticator.authenticate(connection, now);
      expect(authenticator.authenticate(connection, now)).to.equal(first);
      const { socket } = connection as unknown as { socket: { reads: number } };
      expect(socket.reads).to.equal(1);
    });

    it("stays with an open connection although so many others came that the client was forgotten", () => {
      const root = authority({ clock });
      const [alice, bob] = [root.client(), root.client()];
      const authenticator = authenticatorOf(
        { anchors: [root.certificate] },
        { rememberedClients: 1 },
      );
      const connection = fakeConnection(alice.chain);
      const first = authenticator.authenticate(connection, now);
      authenticator.authenticate(fakeConnection(bob.chain), now);
      expect(authenticator.authenticate(connection, now)).to.equal(first);
      expect(authenticator.authenticate(fakeConnection(alice.chain), now)).to.not.equal(first);
    });

    it("is the same answer for another connection of the same client", () => {
      const authenticator = authenticatorOf(trust);
      const first = authenticator.authenticate(fakeConnection(issued.chain), now);
      expect(authenticator.authenticate(fakeConnection(issued.chain), now)).to.equal(first);
    });

    it("lets a resumed session in that shows only the leaf, by its own earlier path", () => {
      const authenticator = authenticatorOf(trust);
      expect(outcome(authenticator.authenticate(resumed(leaf!), now))).to.equal("chain-incomplete");
      const first = authenticator.authenticate(fakeConnection(issued.chain), now);
      expect(authenticator.authenticate(resumed(leaf!), now)).to.equal(first);
    });

    it("lets a resumed connection in that was refused before the path was known", () => {
      const authenticator = authenticatorOf(trust);
      const early = resumed(leaf!);
      expect(outcome(authenticator.authenticate(early, now))).to.equal("chain-incomplete");
      authenticator.authenticate(fakeConnection(issued.chain), now);
      expect(outcome(authenticator.authenticate(early, now))).to.equal("verified");
    });

    it("does not let a client in by the intermediates of another", () => {
      const root = authority({ clock });
      const issuing = root.intermediate();
      const alice = issuing.client({ commonName: "alice" });
      const bob = issuing.client({ commonName: "bob" });
      const authenticator = authenticatorOf({ anchors: [root.certificate] });
      expect(outcome(authenticator.authenticate(fakeConnection(alice.chain), now))).to.equal(
        "verified",
      );
      expect(outcome(authenticator.authenticate(resumed(bob.leaf), now))).to.equal(
        "chain-incomplete",
      );
      expect(outcome(authenticator.authenticate(fakeConnection([bob.leaf]), now))).to.equal(
        "issuer-unknown",
      );
    });

    it("is nothing about another trust set", () => {
      const authenticator = authenticatorOf(trust);
      const stranger = authenticatorOf({ anchors: [authority({ clock }).certificate] });
      const connection = fakeConnection(issued.chain);
      expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
      expect(outcome(stranger.authenticate(connection, now))).to.equal("issuer-unknown");
      expect(outcome(stranger.authenticate(resumed(leaf!), now))).to.equal("chain-incomplete");
    });

    it("is not shared by a certificate with the same names, key and serial number", () => {
      const root = authority({ clock });
      const changes: LeafChanges = { commonName: "same", serialNumber: 7n };
      const right = root.client(changes);
      const forged = authority({ clock, commonName: "Test Root" }).client({
        ...changes,
        keyPair: right.leaf,
      });
      const authenticator = authenticatorOf({ anchors: [root.certificate] });
      expect(outcome(authenticator.authenticate(fakeConnection(right.chain), now))).to.equal(
        "verified",
      );
      expect(authenticator.authenticate(fakeConnection(forged.chain), now).outcome).to.equal(
        "refused",
      );
    });

    it("ends when the client's certificate does, on the open connection and on a resumed one", () => {
      const authenticator = authenticatorOf(trust);
      const connection = fakeConnection(issued.chain);
      const end = parsed(leaf!).notAfter;
      expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
      expect(outcome(authenticator.authenticate(connection, end + 999))).to.equal("verified");
      expect(outcome(authenticator.authenticate(connection, end + 1_000))).to.equal(
        "certificate-expired",
      );
      expect(authenticator.authenticate(resumed(leaf!), end + 1_000).outcome).to.equal("refused");
    });

    it("ends when any authority of the path does", () => {
      for (const [place, code] of [
        ["root", "issuer-certificate-expired"],
        ["intermediate", "issuer-certificate-expired"],
      ] as const) {
        const end = now + hourMs;
        const limited = { notAfter: end };
        const chain = authority({ clock, ...(place === "root" ? limited : {}) })
          .intermediate(place === "intermediate" ? limited : {})
          .client();
        const authenticator = authenticatorOf({ anchors: [chain.root] });
        const connection = fakeConnection(chain.chain);
        expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
        expect(outcome(authenticator.authenticate(connection, end + 999))).to.equal("verified");
        expect(outcome(authenticator.authenticate(connection, end + 1_000))).to.equal(code);
      }
    });

    it("does not hold before it begins either, should the clock be set back", () => {
      const authenticator = authenticatorOf(trust);
      const connection = fakeConnection(issued.chain);
      expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
      const early = parsed(leaf!).notBefore - 1;
      expect(authenticator.authenticate(connection, early).outcome).to.equal("refused");
      expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
    });

    it("holds at no moment that is no number", () => {
      const authenticator = authenticatorOf(trust);
      const connection = fakeConnection(issued.chain);
      expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
      for (const odd of [Number.NaN, undefined as never]) {
        expect(authenticator.authenticate(connection, odd).outcome).to.equal("refused");
      }
    });

    it("is looked for anew when the certificate changes in mid-connection", () => {
      const authenticator = authenticatorOf(trust);
      const socket = fakeSocket(issued.chain, { protocol: "TLSv1.2" });
      const connection = TlsConnection.of(socket, socket);
      expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
      socket.show(authority({ clock, commonName: "Stranger" }).client().leaf);
      expect(authenticator.authenticate(connection, now).outcome).to.equal("refused");
      socket.show(...issued.chain);
      expect(outcome(authenticator.authenticate(connection, now))).to.equal("verified");
    });

    it("is as much as it may remember, and the least recently seen is forgotten", () => {
      const root = authority({ clock });
      const issuing = root.intermediate();
      const clients = [1, 2, 3].map(() => issuing.client());
      const authenticator = authenticatorOf(
        { anchors: [root.certificate] },
        { rememberedClients: 2 },
      );
      for (const { chain } of clients) {
        expect(outcome(authenticator.authenticate(fakeConnection(chain), now))).to.equal(
          "verified",
        );
      }
      expect(
        clients.map((client) => outcome(authenticator.authenticate(resumed(client.leaf), now))),
      ).to.deep.equal(["chain-incomplete", "verified", "verified"]);
    });
  });

  describe("what it remembers of refusals", () => {
    /** An authenticator whose searches can be counted: where it remembers, it makes none. */
    function counted(anchor: TestCertificate, limits: Partial<Limits> = {}) {
      const set = trustSet({ anchors: [anchor] });
      let searches = 0;
      const anchorsNamed = set.anchorsNamed.bind(set);
      Object.assign(set, {
        anchorsNamed: (...parameters: Parameters<typeof anchorsNamed>) => {
          searches++;
          return anchorsNamed(...parameters);
        },
      });
      const authenticator = new Authenticator(
        set,
        { ...defaultLimits, ...limits },
        clientRules(),
        undefined,
        new ChainMemory(64),
      );
      /** How many searches a new connection with this list causes. */
      return (list: readonly TestCertificate[], at: number): number => {
        const before = searches;
        authenticator.authenticate(fakeConnection(list), at);
        return searches - before;
      };
    }

    const expired = brokenCertificates["expired-leaf"].make({ clock });

    it("is the refusal of a list, for a minute", () => {
      const searchesOf = counted(expired.root);
      expect(searchesOf(expired.chain, now)).to.be.greaterThan(0);
      expect(searchesOf(expired.chain, now + minuteMs - 1)).to.equal(0);
      expect(searchesOf(expired.chain, now + minuteMs)).to.be.greaterThan(0);
    });

    it("is no longer on an open connection either", () => {
      const keyPair = testKeyPair("ecdsa-p256");
      const root = authority({ clock });
      const named = { commonName: "Issuing", keyPair };
      const forServers = root.intermediate({
        ...named,
        moreExtensions: [extensions.extendedKeyUsage("serverAuth")],
      });
      // The better reason is about usages, but it is time that will heal the refusal.
      const future = root.intermediate({ ...named, notBefore: now + hourMs });
      const { leaf: client } = forServers.client();
      const connection = fakeConnection([client, forServers.certificate, future.certificate]);
      const authenticator = authenticatorOf({ anchors: [root.certificate] });
      expect(outcome(authenticator.authenticate(connection, now))).to.equal(
        "extended-key-usage-invalid",
      );
      expect(outcome(authenticator.authenticate(connection, now + hourMs))).to.equal("verified");
    });

    it("is no longer because the clock was set back", () => {
      const searchesOf = counted(expired.root);
      searchesOf(expired.chain, now);
      expect(searchesOf(expired.chain, now - 1)).to.be.greaterThan(0);
    });

    it("is nothing about another list of the same client", () => {
      const authenticator = authenticatorOf(trust);
      expect(outcome(authenticator.authenticate(fakeConnection([leaf!]), now))).to.equal(
        "issuer-unknown",
      );
      expect(outcome(authenticator.authenticate(fakeConnection(issued.chain), now))).to.equal(
        "verified",
      );
    });

    it("cannot be used against a client by sending its leaf with rubbish", () => {
      const authenticator = authenticatorOf(trust);
      const rubbish = brokenCertificates["duplicate-extension"].make({ clock }).leaf;
      const foreign = authority({ clock, commonName: "Foreign" }).certificate;
      for (const list of [[leaf!, rubbish], [leaf!, foreign], [leaf!]]) {
        expect(authenticator.authenticate(fakeConnection(list), now).outcome).to.equal("refused");
      }
      expect(outcome(authenticator.authenticate(fakeConnection(issued.chain), now))).to.equal(
        "verified",
      );
    });

    for (const name of ["not-yet-valid-leaf", "not-yet-valid-intermediate"] as const) {
      it(`is never one that time heals: ${name}`, () => {
        const early = brokenCertificates[name].make({ clock });
        const authenticator = authenticatorOf({ anchors: [early.root] });
        const connection = fakeConnection(early.chain);
        const code = brokenCertificates[name].expected;
        expect(outcome(authenticator.authenticate(connection, now))).to.equal(code);
        expect(outcome(authenticator.authenticate(connection, now + 1))).to.equal(code);
        const later = now + hourMs;
        expect(outcome(authenticator.authenticate(connection, later))).to.equal("verified");
        expect(outcome(authenticator.authenticate(fakeConnection(early.chain), later))).to.equal(
          "verified",
        );
      });
    }

    it("is bounded: the least recently seen list is forgotten", () => {
      const strangers = [1, 2, 3].map(
        () => authority({ clock, commonName: "Stranger" }).client().chain,
      );
      const searchesOf = counted(issued.root, { rememberedClients: 2 });
      for (const list of strangers) expect(searchesOf(list, now)).to.be.greaterThan(0);
      const again = [...strangers].reverse().map((list) => searchesOf(list, now) > 0);
      expect(again).to.deep.equal([false, false, true]);
    });
  });

  describe("the remarks it makes on certificates", () => {
    function remarksOn(changes: LeafChanges): readonly string[] {
      const chain = authority({ clock }).client(changes);
      const authenticator = authenticatorOf({ anchors: [chain.root] });
      const authentication = authenticator.authenticate(fakeConnection(chain.chain), now);
      if (authentication.outcome !== "verified") throw new Error(outcome(authentication));
      return authentication.warnings.map(({ code, certificateIndex }) => {
        expect(certificateIndex).to.equal(0);
        return code;
      });
    }

    const caUsage = extensions.basicConstraints({ ca: true });
    for (const [what, changes, codes] of [
      ["a sound certificate", {}, []],
      [
        "a certificate of version 1, once",
        { raw: (sound) => ({ ...sound, version: der.bytes(), extensions: [] }) },
        ["certificate-version-1"],
      ],
      [
        "a certificate without an authority key identifier",
        { extensions: { authorityKeyIdentifier: "absent" } },
        ["authority-key-identifier-missing"],
      ],
      [
        "a certificate of an authority",
        { extensions: { basicConstraints: caUsage } },
        ["certificate-is-ca"],
      ],
      ["the serial number 0", { serialNumber: 0n }, ["serial-number-not-positive"]],
      ["a negative serial number", { serialNumber: -5n }, ["serial-number-not-positive"]],
      ["the serial number -128", { serialNumber: -128n }, ["serial-number-not-positive"]],
      ["a serial number with a sign octet", { serialNumber: 0x80n }, []],
      [
        "everything at once",
        {
          serialNumber: 0n,
          extensions: { basicConstraints: caUsage, authorityKeyIdentifier: "absent" },
        },
        ["authority-key-identifier-missing", "serial-number-not-positive", "certificate-is-ca"],
      ],
    ] as readonly (readonly [string, LeafChanges, readonly string[]])[]) {
      it(`are ${codes.join(", ") || "none"} on ${what}`, () => {
        expect(remarksOn(changes)).to.deep.equal(codes);
      });
    }
  });

  it("gives a certificate whose signature was rewritten another fingerprint, but no other serial number or key", () => {
    const root = authority({ clock });
    const order = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const { leaf: first } = root.client();
    const [tbs, algorithm, signature] = der.split(first.der);
    const [r, s] = der.split(der.contentOf(signature!).subarray(1));
    const other = order - BigInt(`0x${Buffer.from(der.contentOf(s!)).toString("hex")}`);
    const second = {
      der: der.sequence(tbs!, algorithm!, der.bitString(der.sequence(r!, der.integer(other)))),
    };
    const authenticator = authenticatorOf({ anchors: [root.certificate] });
    const clients = [first, second].map((one) => {
      const authentication = authenticator.authenticate(fakeConnection([one]), now);
      if (authentication.outcome !== "verified") throw new Error(outcome(authentication));
      return authentication.client;
    });
    expect(clients[0]!.fingerprint).to.not.equal(clients[1]!.fingerprint);
    expect(clients[0]!.serialNumber).to.equal(clients[1]!.serialNumber);
    expect(clients[0]!.publicKeyPin).to.equal(clients[1]!.publicKeyPin);
  });

  it("verifies pinned clients, until their certificate ends", () => {
    const pinned = authority({ clock, notAfter: now + hourMs }).certificate;
    const authenticator = authenticatorOf({ pinned: [pinned.fingerprint] });
    const connection = fakeConnection([pinned]);
    const authentication = authenticator.authenticate(connection, now);
    expect(authentication).to.have.nested.property("client.verifiedBy", "pin");
    expect(outcome(authenticator.authenticate(connection, now + hourMs + 1_000))).to.equal(
      "certificate-expired",
    );
  });

  it("does not take an intermediate that the client sent for its own leaf", () => {
    const authenticator = authenticatorOf(trust);
    const swapped = fakeConnection([intermediate!, leaf!]);
    expect(outcome(authenticator.authenticate(swapped, now))).to.equal("key-usage-invalid");
  });
});
