import { expect } from "chai";

import type { DecisionEvent } from "../src/events/decision-event.ts";
import { dnsName } from "../src/policy/matchers.ts";
import { reason } from "../src/reasons/reason.ts";
import type { ShieldOptions } from "../src/shield-options.ts";
import { clock, issued, outcomeOf, shieldOf, stranger } from "./ask-shield.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection } from "./fake-socket.ts";
import {
  answerAbout,
  issuing,
  responder,
  revokingShield,
  root,
} from "./revocation/revoking-shield.ts";
import { silence, type Reply } from "./revocation/scripted-world.ts";

const trust = issued.root.pem;
const request = () => fakeRequest(fakeConnection(issued.chain));

function listening(options: ShieldOptions) {
  const events: DecisionEvent[] = [];
  return { events, ...shieldOf({ onDecision: (event) => void events.push(event), ...options }) };
}

describe("reconsider", () => {
  it("says nothing, to nobody, of who would be admitted again", () => {
    const { shield, events } = listening({ trust });
    expect(shield.reconsider(request())).to.equal(undefined);
    expect(events).to.have.length(0);
  });

  it("says why somebody would be refused now, and tells listeners", async () => {
    const { shield, events } = listening({ trust });
    const admitted = request();
    expect(outcomeOf(shield.decide(admitted))).to.equal("allow");
    await shield.reload({ trust: stranger.root.pem });
    const why = await shield.reconsider(admitted);
    expect(why).to.have.nested.property("reason.code", "issuer-unknown");
    expect(events.map(({ decision }) => decision.outcome)).to.deep.equal(["allow", "deny"]);
  });

  it("lets those stay who are only reported", () => {
    const { shield, events } = listening({ trust: stranger.root.pem, mode: "report" });
    expect(shield.reconsider(request())).to.equal(undefined);
    expect(events).to.have.length(0);
  });

  it("says so once a certificate has expired", () => {
    const time = { now: clock() };
    const { shield } = listening({ trust, clock: () => time.now });
    const admitted = request();
    expect(outcomeOf(shield.decide(admitted))).to.equal("allow");
    time.now += 50 * 365 * 86_400_000;
    expect(shield.reconsider(admitted))
      .to.have.nested.property("reason.code")
      .that.matches(/expired/);
  });

  it("never throws: what is unexpected ends the connection", () => {
    const time = { isBroken: false };
    const { shield, warnings } = listening({
      trust,
      clock: () => {
        if (time.isBroken) throw new Error("broken clock");
        return clock();
      },
    });
    time.isBroken = true;
    expect(shield.reconsider(request())).to.have.nested.property("reason.code", "engine-failed");
    expect(warnings.map(({ option }) => option)).to.include("mtls");
  });

  const client = issuing.client({ commonName: "client" });
  const revocable = { roots: root.certificate.pem, intermediates: issuing.certificate.pem };
  const revocation = { ocsp: responder, covers: "leaf" } as const;

  it("waits for what a responder says", async () => {
    for (const [status, outcome] of [
      ["good", undefined],
      ["revoked", "certificate-revoked"],
    ] as const) {
      const reply = answerAbout(issuing.certificate, client.leaf, status);
      const { shield } = revokingShield({ trust: revocable, revocation }, () =>
        Promise.resolve<Reply>(reply),
      );
      const asked = shield.reconsider(fakeRequest(fakeConnection(client.chain)));
      expect(asked).to.be.instanceOf(Promise);
      expect((await asked)?.reason.code).to.equal(outcome);
      shield.close();
    }
  });

  it("waits no longer than a request does", async () => {
    const { shield, timers } = revokingShield({ trust: revocable, revocation }, () => silence);
    const asked = shield.reconsider(fakeRequest(fakeConnection(client.chain)));
    await timers.advance(2_000);
    expect((await asked)?.reason.code).to.equal("revocation-unknown");
    shield.close();
  });
});

describe("refuse", () => {
  it("refuses for what the adapter found, in every mode, and tells listeners", () => {
    for (const mode of ["enforce", "report"] as const) {
      const { shield, events } = listening({ trust, mode });
      const context = shield.refuse(request(), reason("request-misdirected"));
      expect(outcomeOf(context)).to.equal("request-misdirected");
      expect(context.authenticated).to.equal(false);
      expect(events.map(({ decision }) => decision.outcome)).to.deep.equal(["deny"]);
    }
  });

  it("tells the operator of what only they can mend", () => {
    const { shield, warnings } = shieldOf({
      trust,
      rules: [{ match: "* /**", allow: dnsName("a.example") }],
    });
    shield.refuse(request(), reason("trust-hidden"));
    expect(warnings.map(({ option }) => option)).to.deep.equal(["mtls"]);
  });
});
