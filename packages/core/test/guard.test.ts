import { expect } from "chai";

import type { DenyDecision } from "../src/decision/decision.ts";
import type { DecisionEvent } from "../src/events/decision-event.ts";
import { createGuard } from "../src/guard.ts";
import type { ClientMatcher } from "../src/policy/client-matcher.ts";
import { allOf, commonName, dnsName, fingerprint } from "../src/policy/matchers.ts";
import type { MtlsContext } from "../src/decision/decision.ts";
import { createFakeShield, fakeClient, type FakeShieldOptions } from "../src/testing.ts";
import { TlsConnection } from "../src/sources/tls-connection.ts";
import { configErrorOf } from "./config-error-of.ts";
import { fakeRequest } from "./fake-request.ts";
import { processWarningsOf } from "./process-warnings.ts";

const request = { method: "DELETE", target: "/admin/users/7?force=1" };
// A common name counts only without alternative names, so there are two of her.
const alice = fakeClient({ commonName: "alice" });
const modernAlice = fakeClient({ dnsNames: ["alice.example"] });

/** The context of a request of this client, or of nobody. */
function contextOf(
  client: Parameters<typeof createFakeShield>[0],
  options: FakeShieldOptions = {},
): MtlsContext {
  const quiet = { onWarning: () => undefined, ...options };
  return createFakeShield(client, quiet).decide(fakeRequest(TlsConnection.of({}, {})));
}

/**
 * What a guard says twice that no shield stands before, and the one warning of the process. The guard is of its own
 * instance, since the process may have been told already.
 */
async function askWithoutShield(context: MtlsContext | undefined) {
  const fresh = (await import(`../src/guard.ts?${Math.random()}.ts`)) as {
    createGuard: typeof createGuard;
  };
  const guard = fresh.createGuard(["any-client"]);
  let refusal: DenyDecision | undefined;
  const warnings = await processWarningsOf(() => {
    guard(context, request);
    refusal = guard(context, request);
  });
  expect(warnings).to.have.length(1);
  return { refusal, warning: warnings[0]! };
}

/** `undefined` when the guard lets pass, else the reason's code. */
function codeOf(refusal: DenyDecision | undefined): string | undefined {
  return refusal?.reason.code;
}

function truthy(answer: unknown): ClientMatcher {
  return (() => answer) as ClientMatcher;
}

describe("a guard", () => {
  it("lets every verified client pass when any is meant", () => {
    const guard = createGuard(["any-client"]);
    expect(guard(contextOf(alice), request)).to.equal(undefined);
    expect(codeOf(guard(contextOf(undefined), request))).to.equal("certificate-missing");
  });

  it("lets pass whom a matcher means, or any of several", () => {
    const only = createGuard([dnsName("alice.example")]);
    expect(only(contextOf(modernAlice), request)).to.equal(undefined);
    const guard = createGuard([dnsName("bob.example"), dnsName("alice.example")]);
    expect(guard(contextOf(modernAlice), request)).to.equal(undefined);
    const bob = contextOf(fakeClient({ dnsNames: ["bob.example"] }));
    expect(guard(bob, request)).to.equal(undefined);
    const carol = contextOf(fakeClient({ dnsNames: ["carol.example"] }));
    expect(codeOf(guard(carol, request))).to.equal("client-not-allowed");
  });

  it("refuses with the client, since it is verified, and enforces that", () => {
    const refusal = createGuard([commonName("bob")])(contextOf(alice), request);
    expect(refusal).to.include({ outcome: "deny", client: alice, enforced: true });
  });

  it("passes on why there is no client", () => {
    const refusal = createGuard([commonName("bob")])(contextOf(undefined), request);
    expect(refusal).to.include({ outcome: "deny", client: undefined, enforced: true });
    expect(codeOf(refusal)).to.equal("certificate-missing");
  });

  it("enforces in report mode and behind required: false as well", () => {
    for (const options of [{ mode: "report" }, { required: false }] as const) {
      const guard = createGuard([commonName("alice")]);
      expect(guard(contextOf(alice, options), request)).to.equal(undefined);
      expect(guard(contextOf(undefined, options), request)).to.include({ enforced: true });
      const bob = contextOf(fakeClient({ commonName: "bob" }), options);
      expect(guard(bob, request)).to.include({ enforced: true });
    }
  });

  it("says that the shield is missing where there is no context, and tells the process so", async () => {
    const { refusal, warning } = await askWithoutShield(undefined);
    expect(codeOf(refusal)).to.equal("shield-missing");
    expect(refusal).to.include({ enforced: true });
    expect(warning).to.include({ name: "MtlsShieldWarning" });
    expect(warning.message).to.include("shield-missing");
  });

  it("says so for a context that no shield made, however authenticated it looks", async () => {
    const forged = { ...contextOf(alice) };
    expect(forged.authenticated).to.equal(true);
    const { refusal } = await askWithoutShield(forged);
    expect(codeOf(refusal)).to.equal("shield-missing");
  });

  it("tells the shield's operator once of a matcher that throws", () => {
    const warnings: string[] = [];
    const context = contextOf(alice, { onWarning: ({ message }) => warnings.push(message) });
    const guard = createGuard([
      () => {
        throw new Error("broken matcher");
      },
    ]);
    for (let time = 0; time < 3; time++) guard(context, request);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include("matcher-failed").and.to.include("broken matcher");
  });

  for (const [what, answer] of [
    ["a promise of true", Promise.resolve(true)],
    ["1", 1],
    ["a text", "yes"],
    ["an object", {}],
    ["undefined", undefined],
    ["null", null],
  ] as const) {
    it(`lets nobody pass for ${what}`, () => {
      const refusal = createGuard([truthy(answer)])(contextOf(alice), request);
      expect(codeOf(refusal)).to.equal("client-not-allowed");
    });
  }

  it("refuses when a matcher throws, whatever it throws", () => {
    for (const fault of [new Error("broken"), null]) {
      const guard = createGuard([
        () => {
          throw fault;
        },
        () => true,
      ]);
      const refusal = guard(contextOf(alice), request);
      expect(codeOf(refusal)).to.equal("matcher-failed");
      expect(refusal?.reason.cause).to.equal(fault);
    }
  });

  it("asks a matcher of the application at each request", () => {
    let answer = true;
    const guard = createGuard([() => answer]);
    const context = contextOf(alice);
    expect(guard(context, request)).to.equal(undefined);
    answer = false;
    expect(codeOf(guard(context, request))).to.equal("client-not-allowed");
  });

  it("compares no names where several authorities could have given them", () => {
    const several = { trustSets: ["default", "devices"] };
    for (const matchers of [
      [commonName("alice")],
      [allOf(commonName("alice"), () => true)],
      [commonName("alice"), fingerprint("00".repeat(32))],
    ]) {
      const guard = createGuard(matchers);
      expect(codeOf(guard(contextOf(alice, several), request))).to.equal("trust-set-unnamed");
      expect(guard(contextOf(alice, { trustSets: ["default"] }), request)).to.equal(undefined);
    }
    for (const matcher of [
      commonName("alice", { trust: "default" }),
      fingerprint(alice.fingerprint),
    ]) {
      expect(createGuard([matcher])(contextOf(alice, several), request)).to.equal(undefined);
    }
    expect(createGuard(["any-client"])(contextOf(alice, several), request)).to.equal(undefined);
    expect(
      codeOf(createGuard([commonName("alice")])(contextOf(undefined, several), request)),
      "who is nobody gets the reason for that",
    ).to.equal("certificate-missing");
  });

  it("tells the shield's listener of what it decided, without the query", () => {
    const events: DecisionEvent[] = [];
    const options: FakeShieldOptions = {
      clock: () => 7,
      onDecision: (event) => {
        if (event.by === "guard") events.push(event);
      },
    };
    const allowed = createGuard(["any-client"])(contextOf(alice, options), request);
    const refusal = createGuard([commonName("bob")])(contextOf(alice, options), request);
    expect(allowed).to.equal(undefined);
    const common = { time: 7, by: "guard", method: "DELETE", path: "/admin/users/7" };
    const decision = { outcome: "allow", client: alice, rule: undefined, warnings: [] };
    expect(events).to.deep.equal([
      { ...common, decision },
      { ...common, decision: refusal },
    ]);
  });

  it("decides all the same when the listener throws", () => {
    const options: FakeShieldOptions = {
      onDecision: () => {
        throw new Error("disk full");
      },
      onWarning: () => undefined,
    };
    const context = contextOf(alice, options);
    expect(createGuard(["any-client"])(context, request)).to.equal(undefined);
    expect(codeOf(createGuard([commonName("bob")])(context, request))).to.equal(
      "client-not-allowed",
    );
  });
});

describe("createGuard", () => {
  for (const [what, allowed] of [
    ["no matcher", []],
    ["an empty list in place of a matcher", [[]]],
    ["undefined", [undefined]],
    ["a name in place of a matcher", ["alice"]],
    ["anyone, which needs no guard", ["anyone"]],
    ["any-client among matchers", [commonName("alice"), "any-client"]],
    ["a result in place of a matcher", [true]],
  ] as const) {
    it(`refuses ${what}`, () => {
      const { option } = configErrorOf(() => createGuard(allowed as never));
      expect(option).to.match(/^requireClient/);
    });
  }
});
