import { once } from "node:events";

import { expect } from "chai";

import { authority, fakeClock } from "@mtls-shield/testkit";

import { oid, oids } from "../src/asn1/oids.ts";
import { systemClock } from "../src/base/clock.ts";
import type { ConfigWarning } from "../src/base/config-warning.ts";
import { defaultLimits, mostCertificates } from "../src/base/limits.ts";
import { systemTimers } from "../src/base/timers.ts";
import { defaultStatuses } from "../src/decision/statuses.ts";
import { ChainMemory } from "../src/identity/chain-memory.ts";
import { Notices } from "../src/events/notices.ts";
import { anyPolicies } from "../src/path/policy-inputs.ts";
import { readShieldOptions, shieldOptionNames, type ShieldOptions } from "../src/shield-options.ts";
import { keyUsageBits } from "../src/x509/extensions.ts";
import { noLegacy } from "../src/x509/signature.ts";
import { configErrorOf } from "./config-error-of.ts";
import { processWarningsOf } from "./process-warnings.ts";

/** What callers without types may pass. */
function errorOf(options: unknown) {
  return configErrorOf(() => readShieldOptions(options as ShieldOptions));
}

const root = authority().certificate.pem;

describe("readShieldOptions", () => {
  it("needs no option", () => {
    const { warn, count, notices, revocation, chains, emitReload, revocationBasis, ...config } =
      readShieldOptions({});
    expect(config).to.deep.equal({
      trustSets: undefined,
      trustSetNames: undefined,
      policy: undefined,
      required: true,
      mode: "enforce",
      validation: {
        purpose: oids.clientAuth,
        extendedKeyUsage: "if-present",
        keyUsage: keyUsageBits.digitalSignature,
        profile: "default",
        names: [],
        policies: anyPolicies,
        pathLength: Infinity,
        legacy: noLegacy,
        isPublicSuffix: undefined,
        acceptPath: undefined,
      },
      statuses: defaultStatuses,
      limits: defaultLimits,
      onDecision: undefined,
      clock: systemClock,
      timers: systemTimers,
      watch: { paths: [], read: undefined },
    });
    expect(chains).to.be.instanceOf(ChainMemory);
    expect(emitReload).to.be.a("function");
    expect(count).to.be.a("function");
    expect(revocationBasis).to.be.an("array");
    expect(warn).to.be.a("function");
    expect(notices).to.be.instanceOf(Notices);
    expect(revocation.of("default")).to.equal(undefined);
    expect(revocation.isReady()).to.equal(true);
  });

  it("returns what it read, frozen", () => {
    const clock = fakeClock(Date.now());
    const onDecision = () => undefined;
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown) => {
      warnings.push(warning);
    };
    const config = readShieldOptions({
      trust: { partners: root },
      rules: [{ match: "* /**", allow: "any-client" }],
      mode: "report",
      clientAuthUsage: "required",
      statuses: { authentication: 401, challenge: "Mutual" },
      onDecision,
      onWarning,
      clock,
    });
    expect(config).to.include({ mode: "report", onDecision, clock });
    expect(config.validation.extendedKeyUsage).to.equal("required");
    config.warn({ option: "trust", message: "odd" });
    expect(warnings).to.deep.equal([{ option: "trust", message: "odd" }]);
    expect(config.trustSetNames).to.deep.equal(["partners"]);
    expect(config.trustSets?.[0]?.name).to.equal("partners");
    expect(config.policy?.rules).to.have.length(1);
    expect(config.statuses.authentication).to.equal(401);
    expect(Object.isFrozen(config)).to.equal(true);
    expect(Object.isFrozen(config.validation)).to.equal(true);
  });

  it("reads how the standards are read, and which policies a client needs", () => {
    const { validation } = readShieldOptions({
      profile: "webpki",
      policies: { accepted: ["1.3.6.1.4.1.32473.1"] },
    });
    expect(validation.profile).to.equal("webpki");
    expect(validation.policies).to.deep.equal({
      ...anyPolicies,
      initialPolicies: new Set([oid("1.3.6.1.4.1.32473.1")]),
      requireExplicitPolicy: true,
    });
  });

  it("warns of the weak algorithms that it accepts, and of none by default", () => {
    const heard: ConfigWarning[] = [];
    const onWarning = (warning: ConfigWarning) => {
      heard.push(warning);
    };
    readShieldOptions({ onWarning });
    readShieldOptions({ legacyAlgorithms: [], onWarning });
    expect(heard).to.deep.equal([]);
    const { validation } = readShieldOptions({ legacyAlgorithms: ["sha1", "rsa-1024"], onWarning });
    expect([...validation.legacy]).to.deep.equal(["sha1", "rsa-1024"]);
    expect(heard).to.deep.equal([
      {
        option: "legacyAlgorithms",
        message:
          "certificates that rest on sha1, rsa-1024 are accepted, which somebody with means can forge. " +
          "Replace them, and then leave the option out.",
      },
    ]);
  });

  it("reads the trust by the weak algorithms that it accepts", () => {
    const weak = authority({ keyAlgorithm: "rsa-1024" }).certificate.pem;
    expect(errorOf({ trust: weak, onWarning: () => undefined }).option).to.equal("trust");
    const { trustSets } = readShieldOptions({
      trust: weak,
      legacyAlgorithms: ["rsa-1024"],
      onWarning: () => undefined,
    });
    expect(trustSets?.[0]?.anchors).to.have.length(1);
  });

  it("does not change when the options do afterwards", () => {
    const options: { limits: { certificates: number }; mode: "enforce" | "report" } = {
      limits: { certificates: 3 },
      mode: "enforce",
    };
    const config = readShieldOptions(options);
    options.limits.certificates = 99;
    options.mode = "report";
    expect(config.limits.certificates).to.equal(3);
    expect(config.mode).to.equal("enforce");
  });

  it("knows each option by the name that adapters ask for", () => {
    for (const name of shieldOptionNames) {
      expect(errorOf({ [name]: undefined }).message).to.equal(
        `${name}: is undefined. Leave it out, or look where its value got lost.`,
      );
    }
  });

  for (const [what, options, option, message] of [
    ["an unknown key", { truts: root }, "truts", /The options are: trust, revocation, rules/],
    ["a misspelt key", { rule: [] }, "rule", /Did you mean "rules"\?/],
    [
      "a misspelt mode",
      { mode: "monitor" },
      "mode",
      /"monitor" is not one of its values\. Write "enforce" or "report"/,
    ],
    ["null for a mode", { mode: null }, "mode", /null is not one/],
    ["a mode that is true", { mode: true }, "mode", /true is not one/],
    [
      "a misspelt usage",
      { clientAuthUsage: "always" },
      "clientAuthUsage",
      /Write "if-present" or "required"/,
    ],
    [
      "a misspelt profile",
      { profile: "webPKI" },
      "profile",
      /Write "default" or "strict" or "webpki" or "spiffe"/,
    ],
    ["null for a profile", { profile: null }, "profile", /null is not one/],
    [
      "policies that are a list",
      { policies: ["1.2.3"] },
      "policies",
      /is not an object\. Write \{ accepted/,
    ],
    [
      "a policy that is a name",
      { policies: { accepted: ["gold"] } },
      "policies.accepted[0]",
      /"gold" is not a dotted object identifier/,
    ],
    [
      "a weak algorithm that is not in a list",
      { legacyAlgorithms: "sha1" },
      "legacyAlgorithms",
      /is not a list/,
    ],
    [
      "a weak algorithm that nobody may accept",
      { legacyAlgorithms: ["sha1", "md2"] },
      "legacyAlgorithms[1]",
      /"md2" is not one of its values/,
    ],
    ["required that is no boolean", { required: "false" }, "required", /is not a boolean/],
    ["required that is 0", { required: 0 }, "required", /is not a boolean/],
    [
      "required: false beside rules",
      { required: false, rules: [{ match: "* /**", allow: "any-client" }] },
      "required",
      /is false beside `rules`/,
    ],
    ["a clock that is no function", { clock: Date.now() }, "clock", /is not a function/],
    ["a clock that is null", { clock: null }, "clock", /is not a function/],
    ["a clock that tells NaN", { clock: () => Number.NaN }, "clock", /returns no number/],
    ["a clock that tells a Date", { clock: () => new Date() }, "clock", /returns no number/],
    ["a clock that tells nothing", { clock: () => undefined }, "clock", /returns no number/],
    ["a listener that is no function", { onDecision: "log" }, "onDecision", /is not a function/],
    ["a warning listener that is no function", { onWarning: [] }, "onWarning", /is not a function/],
    [
      "a listener of revocation that is no function",
      { onRevocationEvent: {} },
      "onRevocationEvent",
      /is not a function/,
    ],
    ["a fetcher that is no function", { fetcher: {} }, "fetcher", /is not a function/],
    ["timers without their method", { timers: {} }, "timers", /has no method after/],
    ["timers that are a function", { timers: setTimeout }, "timers", /has no method after/],
    ["timers that are null", { timers: null }, "timers", /has no method after/],
    ["metrics that cannot count", { metrics: { add() {} } }, "metrics", /has no method count/],
    ["revocation that is true", { revocation: true }, "revocation", /Write \{ crl: "ca\.crl" \}/],
    ["revocation that is null", { revocation: null }, "revocation", /is not an object/],
    ["a misspelt revocation", { revokation: {} }, "revokation", /Did you mean "revocation"\?/],
    ["limits that are a number", { limits: 5 }, "limits", /is not an object/],
    ["limits that are null", { limits: null }, "limits", /is not an object/],
    [
      "an unknown limit",
      { limits: { certificate: 1 } },
      "limits.certificate",
      /Did you mean "certificates"\?/,
    ],
    [
      "a limit of 0, which would mean unlimited elsewhere",
      { limits: { paths: 0 } },
      "limits.paths",
      /positive whole number/,
    ],
    ["a negative limit", { limits: { paths: -1 } }, "limits.paths", /positive whole number/],
    ["a limit of half", { limits: { paths: 1.5 } }, "limits.paths", /positive whole number/],
    ["an infinite limit", { limits: { paths: Infinity } }, "limits.paths", /positive whole number/],
    ["a limit that is NaN", { limits: { paths: NaN } }, "limits.paths", /positive whole number/],
    ["a limit that is a text", { limits: { paths: "9" } }, "limits.paths", /positive whole number/],
    ["a limit that is null", { limits: { paths: null } }, "limits.paths", /positive whole number/],
    ["a limit that is undefined", { limits: { paths: undefined } }, "limits.paths", /is undefined/],
    [
      "statuses of its own",
      { statuses: { authentication: 418 } },
      "statuses.authentication",
      /neither 401 nor 403/,
    ],
    ["trust that cannot be read", { trust: [] }, "trust", /holds no certificate/],
    ["trust that is false", { trust: false }, "trust", /cannot be read from boolean/],
    ["rules that are no list", { rules: {} }, "rules", /is not a list/],
    ["rules that are empty", { rules: [] }, "rules", /is an empty list/],
  ] as readonly (readonly [string, unknown, string, RegExp])[]) {
    it(`refuses ${what}`, () => {
      const error = errorOf(options);
      expect(error.option).to.equal(option);
      expect(error.message).to.match(message);
    });
  }

  it("refuses to look at more certificates than it reads", () => {
    const { limits } = readShieldOptions({ limits: { certificates: mostCertificates } });
    expect(limits.certificates).to.equal(mostCertificates);
    const error = errorOf({ limits: { certificates: mostCertificates + 1 } });
    expect(error.option).to.equal("limits.certificates");
    expect(error.message).to.include(`is more than ${mostCertificates}`);
  });

  it("fills in the limits that are not given", () => {
    const { limits } = readShieldOptions({ limits: { paths: 3 } });
    expect(limits).to.deep.equal({ ...defaultLimits, paths: 3 });
    expect(Object.isFrozen(limits)).to.equal(true);
  });

  it("reads the trust at the moment that its clock tells", () => {
    const clock = fakeClock(Date.UTC(2060, 0, 1));
    const error = configErrorOf(() =>
      readShieldOptions({ trust: root, clock, onWarning: () => undefined }),
    );
    expect(error.message).to.include("has expired");
  });

  it("hands warnings to the listener, or to the process", async () => {
    const stray = authority().client({ commonName: "stray" }).leaf.pem;
    const heard: ConfigWarning[] = [];
    readShieldOptions({ trust: [root, stray], onWarning: (warning) => heard.push(warning) });
    expect(heard.map(({ option }) => option)).to.deep.equal(["trust"]);

    const [emitted] = await processWarningsOf(() => readShieldOptions({ trust: [root, stray] }));
    expect(emitted).to.include({ name: "MtlsShieldWarning" });
    expect(emitted?.message).to.match(/^trust: the certificate of "CN=stray"/);
  });

  it("lets a listener for warnings stop the start by throwing", () => {
    const stray = authority().client().leaf.pem;
    const onWarning = () => {
      throw new RangeError("no warnings here");
    };
    expect(() => readShieldOptions({ trust: [root, stray], onWarning })).to.throw(RangeError);
  });

  it("takes the names of trust sets from elsewhere, for tests", () => {
    const rules = [{ match: "* /**", allow: "any-client", trust: "partners" }] as const;
    expect(
      readShieldOptions({ rules }, { namesElsewhere: ["partners"] }).trustSetNames,
    ).to.deep.equal(["partners"]);
    expect(errorOf({ rules }).option).to.equal("rules[0].trust");
  });
});

describe("onWarning", () => {
  it("may be async and reject: the process warning takes its place", async () => {
    const rejecting = (() => Promise.reject(new Error("log is full"))) as unknown as () => void;
    const { warn } = readShieldOptions({ onWarning: rejecting });
    const warned = once(process, "warning") as Promise<[Error]>;
    warn({ option: "trust", message: "odd" });
    expect((await warned)[0].message).to.equal("trust: odd");
  });
});
