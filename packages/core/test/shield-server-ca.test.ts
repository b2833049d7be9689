import { expect } from "chai";

import { authority, soundChain } from "@mtls-shield/testkit";

import { createShield } from "../src/shield.ts";
import { TlsConnection } from "../src/sources/tls-connection.ts";
import { askServer, clock, issued, outcomeOf, shieldOf, stranger } from "./ask-shield.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection, fakeServer } from "./fake-socket.ts";

describe("a shield without options", () => {
  const ca = issued.root.pem;

  it("trusts whom the server trusts", () => {
    const { shield } = shieldOf();
    const server = fakeServer({ ca });
    expect(outcomeOf(askServer(shield, server))).to.equal("allow");
    expect(outcomeOf(askServer(shield, server, stranger))).to.equal("issuer-unknown");
  });

  it("can be made with nothing at all", () => {
    const today = soundChain();
    const server = fakeServer({ ca: today.root.pem });
    expect(outcomeOf(askServer(createShield(), server, today))).to.equal("allow");
  });

  it("takes the ca in every form that Node does", () => {
    for (const form of [ca, Buffer.from(ca), [ca], [stranger.root.pem, Buffer.from(ca)]]) {
      expect(outcomeOf(askServer(shieldOf().shield, fakeServer({ ca: form })))).to.equal("allow");
    }
  });

  for (const [what, server, code] of [
    ["has no ca", fakeServer(), "trust-missing"],
    [
      "has an empty list of ca, for which OpenSSL takes the web's roots",
      fakeServer({ ca: [] }),
      "trust-missing",
    ],
    ["has a context for another name", fakeServer({ ca, _contexts: [[]] }), "trust-hidden"],
    [
      "chooses contexts by a callback",
      { ...fakeServer({ ca }), [Symbol("snicallback")]: () => undefined },
      "trust-hidden",
    ],
    ["is not known", undefined, "trust-hidden"],
    ["has a ca that is no certificate", fakeServer({ ca: "nothing" }), "trust-unusable"],
    ["has an empty text for a ca", fakeServer({ ca: "" }), "trust-unusable"],
    [
      "has only a client's certificate as ca",
      fakeServer({ ca: issued.leaf.pem }),
      "trust-unusable",
    ],
    [
      "has an expired ca",
      fakeServer({ ca: authority({ clock, notAfter: clock() - 1 }).certificate.pem }),
      "trust-unusable",
    ],
  ] as const) {
    it(`refuses when the server ${what}`, () => {
      const { shield } = shieldOf();
      const context = shield.decide(
        fakeRequest(fakeConnection(issued.chain, { server: server as object })),
      );
      expect(outcomeOf(context)).to.equal(code);
      expect(context).to.include({ authenticated: false, client: undefined });
    });
  }

  it("tells in the reason why the ca cannot be used", () => {
    const { shield } = shieldOf();
    const { decision } = askServer(shield, fakeServer({ ca: "nothing" }));
    const cause = decision.outcome === "deny" ? decision.reason.cause : undefined;
    expect(cause)
      .to.have.property("message")
      .that.matches(/^trust\.roots: /);
  });

  it("refuses a plain connection before it asks for a server", () => {
    const { shield } = shieldOf();
    expect(outcomeOf(shield.decide(fakeRequest(TlsConnection.of({}, {}))))).to.equal(
      "tls-required",
    );
  });

  it("notices that the ca was replaced", () => {
    const { shield } = shieldOf();
    const server = fakeServer({ ca }) as { ca: unknown };
    expect(outcomeOf(askServer(shield, server))).to.equal("allow");
    server.ca = stranger.root.pem;
    expect(outcomeOf(askServer(shield, server))).to.equal("issuer-unknown");
    expect(outcomeOf(askServer(shield, server, stranger))).to.equal("allow");
    server.ca = undefined;
    expect(outcomeOf(askServer(shield, server))).to.equal("trust-missing");
  });

  it("notices it on a connection that was let in before", () => {
    const { shield } = shieldOf();
    const server = fakeServer({ ca }) as { ca: unknown };
    const request = fakeRequest(fakeConnection(issued.chain, { server }));
    expect(outcomeOf(shield.decide(request))).to.equal("allow");
    server.ca = stranger.root.pem;
    expect(outcomeOf(shield.decide(request))).to.equal("issuer-unknown");
  });

  it("keeps two servers apart", () => {
    const { shield } = shieldOf();
    const [one, other] = [fakeServer({ ca }), fakeServer({ ca: stranger.root.pem })];
    expect(outcomeOf(askServer(shield, one))).to.equal("allow");
    expect(outcomeOf(askServer(shield, other))).to.equal("issuer-unknown");
    expect(outcomeOf(askServer(shield, other, stranger))).to.equal("allow");
    expect(outcomeOf(askServer(shield, one, stranger))).to.equal("issuer-unknown");
  });

  it("reads a ca once, and warns of what is odd about it once", () => {
    const { shield, warnings } = shieldOf();
    const server = fakeServer({ ca: [ca, issued.leaf.pem] });
    for (let request = 0; request < 3; request++) {
      expect(outcomeOf(askServer(shield, server))).to.equal("allow");
    }
    expect(warnings).to.have.length(1);
  });

  it("reads an unusable ca once, too", () => {
    let reads = 0;
    const bytes = Buffer.from("no certificate");
    bytes.toString = () => {
      reads++;
      return "no certificate";
    };
    const { shield } = shieldOf();
    const server = fakeServer({ ca: bytes });
    for (let request = 0; request < 3; request++) {
      expect(outcomeOf(askServer(shield, server))).to.equal("trust-unusable");
    }
    expect(reads).to.equal(1);
  });
});
