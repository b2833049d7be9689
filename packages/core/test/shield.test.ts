import { expect } from "chai";

import { authority, brokenCertificates, fakeClock, type IssuedChain } from "@mtls-shield/testkit";

import { commonName, dnsName, fingerprint } from "../src/policy/matchers.ts";
import { originOf } from "../src/context-origin.ts";
import type { ShieldOptions } from "../src/shield-options.ts";
import { TlsConnection } from "../src/sources/tls-connection.ts";
import {
  ask,
  askServer,
  clock,
  issued,
  outcomeOf,
  shieldOf,
  stranger,
  strangers,
} from "./ask-shield.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection, fakeServer } from "./fake-socket.ts";

const trust = issued.root.pem;
const expired = brokenCertificates["expired-leaf"].make({ clock });

describe("a shield with a trust set", () => {
  it("lets a verified client in, and says who it is", () => {
    const context = ask({ trust }, issued);
    expect(outcomeOf(context)).to.equal("allow");
    expect(context).to.include({ authenticated: true });
    expect(context.client?.commonName).to.equal("client.corp.example");
    expect(context.decision).to.deep.include({ rule: "default", warnings: [] });
  });

  for (const [name, client, code] of [
    ["nobody", undefined, "certificate-missing"],
    ["a stranger", stranger, "issuer-unknown"],
  ] as const) {
    it(`refuses ${name}, who is nobody in the context`, () => {
      const context = ask({ trust }, client);
      expect(outcomeOf(context)).to.equal(code);
      expect(context).to.include({ authenticated: false, client: undefined });
      expect(context.decision).to.include({ client: undefined, rule: "default" });
    });
  }

  for (const { name, expected, make } of Object.values(brokenCertificates)) {
    it(`refuses ${name} with ${expected}`, () => {
      const broken = make({ clock });
      expect(outcomeOf(ask({ trust: broken.root.pem }, broken))).to.equal(expected);
    });
  }

  it("refuses a plain connection", () => {
    const { shield } = shieldOf({ trust });
    expect(outcomeOf(shield.decide(fakeRequest(TlsConnection.of({}, {}))))).to.equal(
      "tls-required",
    );
  });

  it("does not ask OpenSSL: a client is neither let in nor refused by `authorized`", () => {
    const { shield } = shieldOf({ trust });
    const refused = fakeConnection(stranger.chain, { authorized: true });
    expect(outcomeOf(shield.decide(fakeRequest(refused)))).to.equal("chain-incomplete");
    const allowed = fakeConnection(issued.chain, { authorized: false });
    expect(outcomeOf(shield.decide(fakeRequest(allowed)))).to.equal("allow");
  });

  it("does not look at the server's own ca", () => {
    const { shield } = shieldOf({ trust });
    const server = fakeServer({ ca: stranger.root.pem });
    expect(outcomeOf(askServer(shield, server, stranger))).to.equal("issuer-unknown");
    expect(outcomeOf(askServer(shield, fakeServer(), issued))).to.equal("allow");
  });

  it("judges the dates at each request of one connection", () => {
    const moving = fakeClock(clock());
    const { shield } = shieldOf({ trust, clock: moving });
    const request = fakeRequest(fakeConnection(issued.chain));
    expect(outcomeOf(shield.decide(request))).to.equal("allow");
    moving.advance(31 * 24 * 3_600_000);
    expect(outcomeOf(shield.decide(request))).to.equal("certificate-expired");
  });

  it("passes its options on: what clientAuth means, and the limits", () => {
    const silent = authority({ clock }).client({ extensions: { extendedKeyUsage: "absent" } });
    const own = { trust: silent.root.pem };
    expect(outcomeOf(ask(own, silent))).to.equal("allow");
    expect(outcomeOf(ask({ ...own, clientAuthUsage: "required" }, silent))).to.equal(
      "extended-key-usage-invalid",
    );
    expect(outcomeOf(ask({ trust, limits: { certificates: 1 } }, issued))).to.equal(
      "too-many-certificates",
    );
  });
});

describe("a shield with several trust sets", () => {
  const sets = { partners: issued.root.pem, devices: stranger.root.pem };

  it("lets the clients of each in, and says which set vouches", () => {
    expect(ask({ trust: sets }, issued).client?.trust).to.equal("partners");
    expect(ask({ trust: sets }, stranger).client?.trust).to.equal("devices");
  });

  it("lets nobody in whom none of them knows, and gives the most useful reason", () => {
    const other = authority({ clock, commonName: "Third Root" }).client();
    expect(outcomeOf(ask({ trust: sets }, other))).to.equal("issuer-unknown");
    const { root } = expired;
    expect(outcomeOf(ask({ trust: { a: stranger.root.pem, b: root.pem } }, expired))).to.equal(
      "certificate-expired",
    );
    expect(outcomeOf(ask({ trust: sets }, undefined))).to.equal("certificate-missing");
  });

  it("counts a client of one set for nothing where a rule asks for another", () => {
    const rules = [{ match: "* /**", allow: "any-client", trust: "devices" }] as const;
    expect(outcomeOf(ask({ trust: sets, rules }, stranger))).to.equal("allow");
    const context = ask({ trust: sets, rules }, issued);
    expect(outcomeOf(context)).to.equal("trust-set-mismatch");
    expect(context).to.include({ authenticated: false, client: undefined });
  });

  it("does not say trust-set-mismatch to whom no set knows", () => {
    const rules = [{ match: "* /**", allow: "any-client", trust: "devices" }] as const;
    const third = authority({ clock, commonName: "Third Root" }).client();
    expect(outcomeOf(ask({ trust: sets, rules }, third))).to.equal("issuer-unknown");
    expect(outcomeOf(ask({ trust: sets, rules }, undefined))).to.equal("certificate-missing");
  });

  it("tries every set that the rule names: the same certificate may be known to two", () => {
    const both = { first: issued.root.pem, second: issued.root.pem };
    const rules = [
      {
        match: "* /**",
        allow: [
          dnsName("client.corp.example", { trust: "second" }),
          commonName("nobody", { trust: "first" }),
        ],
      },
    ];
    const context = ask({ trust: both, rules }, issued);
    expect(outcomeOf(context)).to.equal("allow");
    expect(context.client?.trust).to.equal("second");
  });

  it("refuses whom a set knows and the rule does not mean, as that set's client", () => {
    const both = { first: issued.root.pem, second: issued.root.pem };
    const rules = [{ match: "* /**", allow: fingerprint("00".repeat(32)) }];
    const context = ask({ trust: both, rules }, issued);
    expect(outcomeOf(context)).to.equal("client-not-allowed");
    expect(context).to.include({ authenticated: true });
    expect(context.client?.trust).to.equal("first");
  });

  it("tells a namesake of another authority from the real client", () => {
    const namesake = strangers.client({ dnsNames: ["client.corp.example"] });
    const allow = dnsName("client.corp.example", { trust: "partners" });
    const rules = [{ match: "* /**", allow }];
    expect(outcomeOf(ask({ trust: sets, rules }, issued))).to.equal("allow");
    expect(outcomeOf(ask({ trust: sets, rules }, namesake))).to.equal("client-not-allowed");
  });
});

describe("a shield with rules", () => {
  const rules = [
    { name: "health", match: "GET /health", allow: "anyone" },
    { name: "admin", match: "* /admin/**", allow: commonName("nobody at all") },
    { name: "rest", match: "* /**", allow: "any-client" },
  ] as const;

  it("asks the rule of the endpoint", () => {
    expect(ask({ trust, rules }, issued, { target: "/orders" }).decision.rule).to.equal("rest");
    expect(outcomeOf(ask({ trust, rules }, issued, { target: "/admin/users" }))).to.equal(
      "client-not-allowed",
    );
    expect(outcomeOf(ask({ trust, rules }, undefined, { target: "/orders" }))).to.equal(
      "certificate-missing",
    );
  });

  it("lets anyone in where the rule says so, without making them a client", () => {
    const nobody = ask({ trust, rules }, undefined, { target: "/health" });
    expect(outcomeOf(nobody)).to.equal("allow");
    expect(nobody).to.include({ authenticated: false, client: undefined });
    expect(nobody.decision).to.deep.include({ client: undefined, warnings: [], rule: "health" });
  });

  it("knows a verified client there, too", () => {
    const known = ask({ trust, rules }, issued, { target: "/health" });
    expect(known).to.include({ authenticated: true });
  });

  it("remarks on a certificate that was refused where nobody needs one", () => {
    const context = ask({ trust, rules }, stranger, { target: "/health" });
    expect(outcomeOf(context)).to.equal("allow");
    expect(context).to.include({ authenticated: false, client: undefined });
    expect(context.decision.warnings.map(({ code }) => code)).to.deep.equal(["issuer-unknown"]);
    const { shield } = shieldOf({ trust, rules });
    const plain = shield.decide(fakeRequest(TlsConnection.of({}, {}), { target: "/health" }));
    expect(plain.decision).to.deep.include({ outcome: "allow", warnings: [] });
  });

  it("refuses what no rule names, and what cannot be read, before it looks at the client", () => {
    const one = [{ match: "GET /a", allow: "any-client" }] as const;
    const missing = ask({ trust, rules: one }, issued, { target: "/b" });
    expect(outcomeOf(missing)).to.equal("no-rule-matches");
    expect(missing).to.include({ authenticated: false, client: undefined });
    expect(missing.decision.rule).to.equal(undefined);
    expect(outcomeOf(ask({ trust, rules }, issued, { target: "/a\\b" }))).to.equal(
      "target-ambiguous",
    );
  });

  it("needs every reading of the target to be admitted", () => {
    for (const target of ["/ADMIN/users", "/x/../admin/users", "//admin/users", "/%61dmin/users"]) {
      const context = ask({ trust, rules }, issued, { target });
      expect(outcomeOf(context), target).to.not.equal("allow");
    }
  });

  it("is not got past by a reading whose rule only records", () => {
    const mixed = [
      { name: "admin", match: "* /admin/**", allow: commonName("nobody at all") },
      { name: "rest", match: "* /**", allow: commonName("nobody either"), mode: "report" },
    ] as const;
    expect(outcomeOf(ask({ trust, rules: mixed }, issued, { target: "/orders" }))).to.equal(
      "(client-not-allowed)",
    );
    for (const client of [issued, undefined, stranger]) {
      for (const target of ["/ADMIN/users", "//admin/users"]) {
        const context = ask({ trust, rules: mixed }, client, { target });
        expect(context.decision, target).to.include({ outcome: "deny", enforced: true });
        expect(context.decision.rule).to.equal("admin");
      }
    }
  });

  it("knows the client by whichever reading's rule knows it", () => {
    const open = [
      { match: "* /a/b", allow: "anyone", trust: "first" },
      { match: "* /**", allow: "anyone", trust: "second" },
    ] as const;
    const sets = { first: issued.root.pem, second: stranger.root.pem };
    const known = (client: IssuedChain, target: string) =>
      ask({ trust: sets, rules: open }, client, { target }).authenticated;
    expect([known(issued, "/a/b"), known(stranger, "/a/b")]).to.deep.equal([true, false]);
    expect([known(issued, "/a"), known(stranger, "/a")]).to.deep.equal([false, true]);
    expect([known(issued, "/a//b"), known(stranger, "/a//b")]).to.deep.equal([true, true]);
  });

  it("denies before it allows", () => {
    const denying = [
      { match: "* /**", allow: "any-client", deny: dnsName("*.corp.example") },
    ] as const;
    const context = ask({ trust, rules: denying }, issued);
    expect(outcomeOf(context)).to.equal("client-denied");
    expect(context).to.include({ authenticated: true });
  });
});

describe("a shield with required: false", () => {
  it("records what it would have refused, and lets the request on", () => {
    for (const client of [undefined, stranger]) {
      const context = ask({ trust, required: false }, client);
      expect(context.decision).to.include({ outcome: "deny", enforced: false });
      expect(context).to.include({ authenticated: false, client: undefined });
    }
  });

  it("knows a verified client", () => {
    const context = ask({ trust, required: false }, issued);
    expect(outcomeOf(context)).to.equal("allow");
    expect(context).to.include({ authenticated: true });
  });
});

describe("a shield in report mode", () => {
  const rules = [{ match: "* /a", allow: commonName("nobody at all") }] as const;

  it("records every refusal and enforces none", () => {
    for (const [options, client, facts, code] of [
      [{ trust }, undefined, {}, "(certificate-missing)"],
      [{ trust }, stranger, {}, "(issuer-unknown)"],
      [{ trust, rules }, issued, { target: "/a" }, "(client-not-allowed)"],
      [{ trust, rules }, issued, { target: "/b" }, "(no-rule-matches)"],
      [{ trust, rules }, undefined, { target: "/b" }, "(no-rule-matches)"],
      [{ trust, rules }, issued, { target: "/a\\b" }, "(target-ambiguous)"],
    ] as const) {
      expect(outcomeOf(ask({ ...options, mode: "report" }, client, facts))).to.equal(code);
    }
  });

  it("never takes an unverified client for a verified one", () => {
    const broken = Object.values(brokenCertificates).map(({ make }) => make({ clock }));
    for (const client of [undefined, stranger, ...broken]) {
      for (const target of ["/a", "/b", "/a\\b"]) {
        const options = {
          trust: client?.root === stranger.root ? trust : (client?.root.pem ?? trust),
        };
        const context = ask({ ...options, rules, mode: "report" }, client, { target });
        expect(context).to.include({ authenticated: false, client: undefined });
      }
    }
  });

  it("knows a verified client even where no rule matches", () => {
    for (const target of ["/a", "/b", "/a\\b"]) {
      const context = ask({ trust, rules, mode: "report" }, issued, { target });
      expect(context).to.include({ authenticated: true });
      expect(context.client?.fingerprint).to.equal(issued.leaf.fingerprint);
      expect(context.decision).to.include({ outcome: "deny", client: context.client });
    }
  });
});

describe("a shield's contexts", () => {
  it("are frozen, all the way down, so that no handler makes a client of a stranger", () => {
    const rules = [
      { match: "GET /open", allow: "anyone" },
      { match: "* /**", allow: "any-client" },
    ] as const;
    for (const [client, target] of [
      [issued, "/"],
      [undefined, "/"],
      [stranger, "/open"],
    ] as const) {
      const context = ask({ trust, rules }, client, { target });
      const parts = [context, context.decision, context.decision.warnings, context.client];
      for (const part of parts) expect(Object.isFrozen(part)).to.equal(true);
      expect(() => Object.assign(context, { authenticated: true })).to.throw(TypeError);
    }
  });

  it("are the same object for the same client: the request path makes none", () => {
    const { shield } = shieldOf({ trust });
    const first = shield.decide(fakeRequest(fakeConnection(issued.chain)));
    const second = shield.decide(fakeRequest(fakeConnection(issued.chain), { target: "/other" }));
    expect(second).to.equal(first);
  });

  it("are another object for another client, rule or shield", () => {
    const root = authority({ clock });
    const [alice, bob] = [root.client(), root.client()];
    const rules = [
      { match: "* /a", allow: "any-client" },
      { match: "* /b", allow: "any-client" },
    ] as const;
    const { shield } = shieldOf({ trust: root.certificate.pem, rules });
    const at = (client: IssuedChain, target: string) =>
      shield.decide(fakeRequest(fakeConnection(client.chain), { target }));
    const contexts = new Set([at(alice, "/a"), at(alice, "/b"), at(bob, "/a"), at(alice, "/a")]);
    expect(contexts.size).to.equal(3);
  });

  it("ask a matcher of the application at each request, and those of this package once", () => {
    let calls = 0;
    let answer = true;
    const allow = () => {
      calls++;
      return answer;
    };
    const { shield } = shieldOf({ trust, rules: [{ match: "* /**", allow }] });
    const request = fakeRequest(fakeConnection(issued.chain));
    expect(outcomeOf(shield.decide(request))).to.equal("allow");
    answer = false;
    expect(outcomeOf(shield.decide(request))).to.equal("client-not-allowed");
    expect(calls).to.equal(2);
  });

  it("know the shield that made them, and no other object does", () => {
    const { shield } = shieldOf({ trust });
    const context = shield.decide(fakeRequest(fakeConnection(issued.chain)));
    expect(originOf(context)?.shield).to.equal(shield);
    expect(originOf({ ...context })).to.equal(undefined);
  });

  it("tell the names of the trust sets", () => {
    const named = (trusted: ShieldOptions["trust"] & object) =>
      originOf(ask({ trust: trusted }, issued))?.trustSetNames;
    expect(named({ a: trust, b: stranger.root.pem })).to.deep.equal(["a", "b"]);
    expect(named({ a: trust })).to.deep.equal(["a"]);
    const alone = askServer(shieldOf().shield, fakeServer({ ca: trust }));
    expect(originOf(alone)?.trustSetNames).to.deep.equal(["default"]);
  });
});

describe("a shield's statuses", () => {
  it("are those of its options", () => {
    const statuses = { authentication: 401, challenge: "Mutual" } as const;
    expect(shieldOf({ trust, statuses }).shield.statuses).to.deep.equal(statuses);
  });
});
