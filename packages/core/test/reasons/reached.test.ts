import { Readable } from "node:stream";

import { expect } from "chai";

import {
  authority,
  brokenCertificates,
  certificateList,
  extensions,
  ocspResponse,
  type CrlEntryChanges,
} from "@mtls-shield/testkit";

import {
  createDenyList,
  createTrustSet,
  TlsConnection,
  verifyChain,
  type ChainVerdict,
  type MtlsContext,
  type ReasonCode,
  type ShieldOptions,
} from "../../src/index.ts";
import { createGuard } from "../../src/guard.ts";
import type { RevocationCode } from "../../src/path/path-acceptance.ts";
import { dnsName } from "../../src/policy/matchers.ts";
import { reason } from "../../src/reasons/reason.ts";
import { reasons } from "../../src/reasons/reasons.ts";
import { createFakeShield, fakeClient } from "../../src/testing.ts";
import { ask, askServer, clock, issued, shieldOf, stranger } from "../ask-shield.ts";
import { fakeRequest } from "../fake-request.ts";
import { fakeConnection, fakeServer } from "../fake-socket.ts";
import { issue, type ChainChanges } from "../path/issuance/issuance.ts";
import { rfc5280Faults } from "../path/issuance/rfc5280-faults.ts";
import { webPkiFaults } from "../path/issuance/web-pki-faults.ts";
import { judgeChain } from "../path/judge-chain.ts";
import { processWarningsOf } from "../process-warnings.ts";

/** Calls the engine the way that leads to a reason, and tells the codes that came out. */
type Way = () => readonly ReasonCode[] | Promise<readonly ReasonCode[]>;

const trust = { anchors: issued.root.pem };

function codesOf({ decision }: MtlsContext): readonly ReasonCode[] {
  const found = decision.outcome === "deny" ? [decision.reason] : decision.warnings;
  return found.map(({ code }) => code);
}

/** A call of the client that the shield trusts. */
function asked(options: ShieldOptions, facts?: Parameters<typeof ask>[2]): readonly ReasonCode[] {
  return codesOf(ask({ trust, ...options }, issued, facts));
}

/** Each entry of the table of broken certificates that is refused with this code. */
function broken(code: ReasonCode): Way {
  return () => {
    const entries = Object.values(brokenCertificates).filter(({ expected }) => expected === code);
    expect(entries, code).to.not.have.length(0);
    return entries.flatMap(({ make }) => {
      const chain = make({ clock });
      return codesOf(ask({ trust: { anchors: chain.root.pem } }, chain));
    });
  };
}

/** Each chain with this fault of issuance: a warning of the shield, or the refusal of the profile that asks. */
function badlyIssued(code: ReasonCode): Way {
  return () => {
    const faults = [...rfc5280Faults, ...webPkiFaults].filter((fault) => fault.code === code);
    expect(faults, code).to.not.have.length(0);
    return faults.flatMap(({ changes }) => verdictsOn(changes));
  };
}

/** By default, or else in the web PKI. */
function verdictsOn(changes: ChainChanges): readonly ReasonCode[] {
  const chain = issue(changes);
  const warned = said(judgeChain(chain));
  return warned.length > 0 ? warned : said(judgeChain(chain, { profile: "webpki" }));
}

function said(verdict: ChainVerdict): readonly ReasonCode[] {
  const found = verdict.outcome === "refused" ? [verdict.reason] : verdict.warnings;
  return found.map(({ code }) => code);
}

/** What a shield says by these lists, and `verifyChain` by the word of whoever it asks. */
function refusedBy(code: RevocationCode, entries: readonly CrlEntryChanges[] | undefined): Way {
  return async () => {
    const chain = authority({ clock }).client({ serialNumber: 7n });
    const lists = entries?.map((revoked) =>
      certificateList(chain.root, { now: clock(), revoked: [revoked] }),
    );
    const crl = lists?.map(({ der }) => der) ?? new URL("http://crl.example/silent.crl");
    const fetcher = () => Promise.reject(new Error("nobody is there"));
    const { shield } = shieldOf({
      trust: { anchors: chain.root.pem },
      revocation: { crl },
      fetcher,
      onRevocationEvent: () => undefined,
    });
    const context = await shield.decideWhenKnown(fakeRequest(fakeConnection(chain.chain)));
    shield.close();
    const acceptPath = () => ({ outcome: "refused", code, certificateIndex: 0 }) as const;
    return [...codesOf(context), ...said(judgeChain(issue({}), { acceptPath }))];
  };
}

const rule = { match: "* /**" } as const;
const matchNobody = dnsName("nobody.example");

/** How each reason is reached through what applications and adapters call. */
const ways: Readonly<Record<ReasonCode, Way>> = {
  "tls-required": () =>
    codesOf(shieldOf({ trust }).shield.decide(fakeRequest(TlsConnection.of({}, {})))),
  "certificate-missing": () => codesOf(ask({ trust }, undefined)),
  "certificate-malformed": broken("certificate-malformed"),
  "certificate-too-large": () => asked({ limits: { certificateBytes: 9 } }),
  "too-many-certificates": () => asked({ limits: { certificates: 1 } }),
  "certificate-self-signed": broken("certificate-self-signed"),
  "issuer-unknown": broken("issuer-unknown"),
  "chain-incomplete": () => {
    const connection = fakeConnection([issued.leaf], { isReused: true });
    return codesOf(shieldOf({ trust }).shield.decide(fakeRequest(connection)));
  },
  "path-search-limit": () => asked({ limits: { signatureChecks: 1 } }),
  "path-too-deep": () => {
    const deep = authority({ clock }).intermediate().intermediate().client();
    const options = { trust: { anchors: deep.root.pem }, limits: { pathDepth: 1 } };
    return codesOf(ask(options, deep));
  },
  "signature-algorithm-mismatch": broken("signature-algorithm-mismatch"),
  "signature-algorithm-unsupported": broken("signature-algorithm-unsupported"),
  "key-unsupported": broken("key-unsupported"),
  "key-too-weak": broken("key-too-weak"),
  "issuer-not-ca": broken("issuer-not-ca"),
  "issuer-key-usage-invalid": broken("issuer-key-usage-invalid"),
  "path-length-exceeded": broken("path-length-exceeded"),
  "critical-extension-unsupported": broken("critical-extension-unsupported"),
  "name-constraints-malformed": broken("name-constraints-malformed"),
  "name-constraints-unsupported": broken("name-constraints-unsupported"),
  "name-constraints-violated": broken("name-constraints-violated"),
  "name-comparison-limit": () => {
    const permittedDnsNames = ["a.example", "b.example", "corp.example"];
    const constrained = [extensions.nameConstraints({ permittedDnsNames })];
    const chain = issue({ intermediate: { moreExtensions: constrained } });
    return said(judgeChain(chain, { limits: { nameComparisons: 1 } }));
  },
  "policy-mapping-invalid": broken("policy-mapping-invalid"),
  "policy-missing": broken("policy-missing"),
  "signature-invalid": broken("signature-invalid"),
  "issuer-certificate-expired": broken("issuer-certificate-expired"),
  "issuer-certificate-not-yet-valid": broken("issuer-certificate-not-yet-valid"),
  "key-usage-invalid": broken("key-usage-invalid"),
  "extended-key-usage-invalid": broken("extended-key-usage-invalid"),
  "certificate-expired": broken("certificate-expired"),
  "certificate-not-yet-valid": broken("certificate-not-yet-valid"),
  "certificate-revoked": refusedBy("certificate-revoked", [{ serialNumber: 7n }]),
  "certificate-on-hold": refusedBy("certificate-on-hold", [
    { serialNumber: 7n, reason: "certificateHold" },
  ]),
  "certificate-denied": () => {
    const denied = createDenyList({ entries: [{ publicKey: issued.leaf.pem }] });
    return asked({ revocation: { denied } });
  },
  "responder-unknown": async () => {
    const chain = authority({ clock }).client();
    const response = ocspResponse(chain.root, {
      now: clock(),
      responses: [{ certificate: chain.leaf, status: "unknown" }],
    });
    const { shield } = shieldOf({
      trust: { anchors: chain.root.pem },
      revocation: { ocsp: "http://ocsp.example" },
      fetcher: () => Promise.resolve({ status: 200, headers: {}, body: Readable.from([response]) }),
    });
    const context = await shield.decideWhenKnown(fakeRequest(fakeConnection(chain.chain)));
    shield.close();
    return codesOf(context);
  },
  "revocation-unknown": refusedBy("revocation-unknown", undefined),
  "peer-name-mismatch": () => {
    const server = authority({ clock }).server();
    const verdict = verifyChain({
      leaf: server.leaf.pem,
      trust: createTrustSet(server.root.pem),
      time: clock(),
      purpose: "server",
      names: [{ type: "dns", value: "api.example" }],
    });
    return said(verdict);
  },
  "svid-invalid": () => {
    const plain = authority({ clock }).client({ dnsNames: ["client.example"] });
    return codesOf(ask({ trust: { anchors: plain.root.pem }, profile: "spiffe" }, plain));
  },

  "trust-set-mismatch": () =>
    asked({
      trust: { ours: issued.root.pem, theirs: stranger.root.pem },
      rules: [{ ...rule, allow: "any-client", trust: "theirs" }],
    }),
  "client-not-allowed": () => asked({ rules: [{ ...rule, allow: matchNobody }] }),
  "client-denied": () =>
    asked({ rules: [{ ...rule, allow: "any-client", deny: dnsName("client.corp.example") }] }),
  "no-rule-matches": () => asked({ rules: [{ match: "GET /other", allow: "any-client" }] }),

  "target-ambiguous": () =>
    asked({ rules: [{ ...rule, allow: "any-client" }] }, { target: "/a\\b" }),
  "method-ambiguous": () =>
    asked({ rules: [{ ...rule, allow: "any-client" }] }, { overrideMethods: manyMethods }),
  "host-ambiguous": () =>
    asked({ rules: [{ ...rule, host: "a.example", allow: "any-client" }] }, { hosts: [] }),
  "request-misdirected": () => {
    const request = fakeRequest(fakeConnection(issued.chain));
    return codesOf(shieldOf({ trust }).shield.refuse(request, reason("request-misdirected")));
  },

  "certificate-not-requested": () => {
    const connection = fakeConnection([], { server: fakeServer({ requestCert: false }) });
    return codesOf(shieldOf({ trust }).shield.decide(fakeRequest(connection)));
  },
  "trust-missing": () => codesOf(askServer(shieldOf().shield, fakeServer())),
  "trust-hidden": () => codesOf(askServer(shieldOf().shield, fakeServer({ _contexts: [[]] }))),
  "trust-unusable": () => codesOf(askServer(shieldOf().shield, fakeServer({ ca: "rubbish" }))),
  "trust-set-unnamed": () =>
    guarded(dnsName("client.example"), { trustSets: ["default", "devices"] }),
  "matcher-failed": () => {
    const allow = () => {
      throw new Error("broken matcher");
    };
    return [...guarded(allow), ...asked({ rules: [{ ...rule, allow }] })];
  },
  "shield-missing": async () => {
    let codes: readonly ReasonCode[] = [];
    await processWarningsOf(() => {
      const refusal = createGuard(["any-client"])(undefined, request);
      codes = refusal === undefined ? [] : [refusal.reason.code];
    });
    return codes;
  },
  "engine-failed": () => {
    let isBroken = false;
    const { shield } = shieldOf({
      trust,
      clock: () => {
        if (isBroken) throw new Error("broken clock");
        return clock();
      },
    });
    isBroken = true;
    return codesOf(shield.decide(fakeRequest(fakeConnection(issued.chain))));
  },

  "authority-key-identifier-missing": badlyIssued("authority-key-identifier-missing"),
  "subject-key-identifier-missing": badlyIssued("subject-key-identifier-missing"),
  "authority-key-usage-missing": badlyIssued("authority-key-usage-missing"),
  "key-cert-sign-without-ca": badlyIssued("key-cert-sign-without-ca"),
  "certificate-version-1": badlyIssued("certificate-version-1"),
  "certificate-is-ca": () =>
    verdictsOn({
      leaf: { extensions: { basicConstraints: extensions.basicConstraints({ ca: true }) } },
    }),
  "extension-critical": badlyIssued("extension-critical"),
  "extension-not-critical": badlyIssued("extension-not-critical"),
  "name-constraints-not-critical": badlyIssued("name-constraints-not-critical"),
  "name-constraints-in-end-entity": badlyIssued("name-constraints-in-end-entity"),
  "name-constraint-leading-period": badlyIssued("name-constraint-leading-period"),
  "alternative-name-malformed": () => verdictsOn({ leaf: { dnsNames: ["a_b.corp.example"] } }),
  "serial-number-not-positive": badlyIssued("serial-number-not-positive"),
  "serial-number-too-long": badlyIssued("serial-number-too-long"),
  "dates-not-canonical": badlyIssued("dates-not-canonical"),
  "web-pki-key": badlyIssued("web-pki-key"),
  "web-pki-root": badlyIssued("web-pki-root"),
  "web-pki-extended-key-usage": badlyIssued("web-pki-extended-key-usage"),
  "web-pki-common-name": badlyIssued("web-pki-common-name"),
  "web-pki-alternative-name": badlyIssued("web-pki-alternative-name"),
};

const request = { method: "GET", target: "/" };
const manyMethods = Array.from({ length: 99 }, (_, index) => `METHOD${index}`);

/** What a guard behind a shield with a verified client says. */
function guarded(
  matcher: Parameters<typeof createGuard>[0][number],
  options: Parameters<typeof createFakeShield>[1] = {},
): readonly ReasonCode[] {
  const client = fakeClient({ dnsNames: ["client.example"] });
  const shield = createFakeShield(client, { onWarning: () => undefined, ...options });
  const context = shield.decide(fakeRequest(TlsConnection.of({}, {})));
  const refusal = createGuard([matcher])(context, request);
  return refusal === undefined ? [] : [refusal.reason.code];
}

describe("the reasons", function () {
  this.timeout(60_000);

  it("all have a way that leads to them", () => {
    expect(Object.keys(ways).sort()).to.deep.equal(Object.keys(reasons).sort());
  });

  for (const [code, way] of Object.entries(ways)) {
    it(`are reached: ${code}`, async () => {
      const codes = await way();
      expect(codes).to.not.have.length(0);
      expect(new Set(codes)).to.deep.equal(new Set([code]));
    });
  }
});
