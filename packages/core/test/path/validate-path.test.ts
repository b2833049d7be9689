import { expect } from "chai";

import {
  authority,
  extensions,
  fakeClock,
  type AuthorityChanges,
  type IssuedChain,
} from "@mtls-shield/testkit";

import { Budget } from "../../src/base/budget.ts";
import { defaultLimits, type Limits } from "../../src/base/limits.ts";
import { SignatureChecks } from "../../src/path/signature-checks.ts";
import { checkAnchor, validatePath, type PathWork } from "../../src/path/validate-path.ts";
import type { ValidationContext } from "../../src/path/validation-context.ts";
import type { CandidatePath } from "../../src/path/verified-path.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { noLegacy } from "../../src/x509/signature.ts";
import { parsed } from "../certificates.ts";
import { clientContext } from "./verify.ts";

const clock = fakeClock(Date.UTC(2030, 0, 1));
const now = clock();

function judge(certificates: readonly Certificate[], changes: Partial<ValidationContext> = {}) {
  const path = certificates as unknown as CandidatePath;
  return validatePath(path, clientContext({ now, ...changes }), workOf());
}

function workOf(limits: Partial<Limits> = {}): PathWork {
  const budget = new Budget({ ...defaultLimits, ...limits });
  return { budget, signatures: new SignatureChecks(budget, noLegacy) };
}

/** `verified`, or the reason's code and the certificate that it is about. */
function verdictOn({ chain, root }: IssuedChain): string {
  const verdict = judge([...chain, root].map(parsed));
  if (verdict.outcome === "verified") return "verified";
  return `${verdict.reason.code} at ${verdict.reason.certificateIndex}`;
}

/** A client below authorities that are changed one by one, the root first. */
function below(...[root = {}, ...intermediates]: readonly AuthorityChanges[]): IssuedChain {
  return intermediates
    .reduce((issuing, changes) => issuing.intermediate(changes), authority({ clock, ...root }))
    .client();
}

describe("validatePath", () => {
  it("verifies a path of two and of five", () => {
    expect(verdictOn(below({}))).to.equal("verified");
    expect(verdictOn(below({}, {}, {}, {}))).to.equal("verified");
  });

  it("returns the very path that it was given", () => {
    const { chain, root } = below({}, {});
    const path = [...chain, root].map(parsed);
    const verdict = judge(path);
    expect(verdict.outcome === "verified" && verdict.path).to.equal(path);
  });

  const faults: Readonly<Record<string, readonly [AuthorityChanges, string]>> = {
    "is no authority": [
      { extensions: { basicConstraints: extensions.basicConstraints({ ca: false }) } },
      "issuer-not-ca",
    ],
    "may not sign certificates": [
      { extensions: { keyUsage: extensions.keyUsage("digitalSignature") } },
      "issuer-key-usage-invalid",
    ],
    "limits everything below it to servers": [
      { moreExtensions: [extensions.extendedKeyUsage("serverAuth")] },
      "extended-key-usage-invalid",
    ],
    "has expired": [{ notAfter: now - 60_000 }, "issuer-certificate-expired"],
    "is not valid yet": [{ notBefore: now + 60_000 }, "issuer-certificate-not-yet-valid"],
    "has a key that is too short": [{ keyAlgorithm: "rsa-1024" }, "key-too-weak"],
    "has a key of an unknown kind": [{ keyAlgorithm: "ecdsa-secp256k1" }, "key-unsupported"],
    "has a critical extension that nobody knows": [
      {
        moreExtensions: [
          extensions.extension("1.3.6.1.4.1.32473.99", new Uint8Array(), { critical: true }),
        ],
      },
      "critical-extension-unsupported",
    ],
  };
  for (const [fault, [changes, code]] of Object.entries(faults)) {
    it(`refuses a path when the anchor, the upper or the lower intermediate ${fault}`, () => {
      expect(verdictOn(below(changes, {}, {}))).to.equal(`${code} at 3`);
      expect(verdictOn(below({}, changes, {}))).to.equal(`${code} at 2`);
      expect(verdictOn(below({}, {}, changes))).to.equal(`${code} at 1`);
    });
  }

  it("names the certificate whose signature is wrong, the one nearest to the anchor first", () => {
    const sound = below({}, {}, {});
    const other = below({}, {}, {});
    const [client, lower, upper, root] = [...sound.chain, sound.root].map(parsed);
    const [otherClient, otherLower, otherUpper, otherRoot] = [...other.chain, other.root].map(
      parsed,
    );
    const codeOf = (...path: readonly (Certificate | undefined)[]) => {
      const verdict = judge(path as Certificate[]);
      return verdict.outcome === "refused" && verdict.reason.certificateIndex;
    };
    expect(codeOf(otherClient, lower, upper, root)).to.equal(0);
    expect(codeOf(client, otherLower, upper, root)).to.equal(1);
    expect(codeOf(client, lower, otherUpper, root)).to.equal(2);
    expect(codeOf(client, lower, upper, otherRoot)).to.equal(2);
  });

  it("looks at no signature before everything else is right", () => {
    const { chain, root } = below({}, { notAfter: now - 60_000 });
    const path = [...chain, root].map(parsed) as unknown as CandidatePath;
    const unpaid = workOf({ signatureChecks: 0 });
    const verdict = validatePath(path, clientContext({ now }), unpaid);
    expect(verdict).to.have.nested.property("reason.code", "issuer-certificate-expired");
  });

  it("says signature-invalid where the key identifiers agree or say nothing", () => {
    const silent = {
      extensions: { subjectKeyIdentifier: "absent", authorityKeyIdentifier: "absent" },
    } as const;
    const path = [
      authority({ clock, ...silent }).client(silent).leaf,
      authority({ clock }).certificate,
    ];
    expect(judge(path.map(parsed))).to.have.nested.property("reason.code", "signature-invalid");
    const mute = [authority({ clock }).client().leaf, authority({ clock, ...silent }).certificate];
    expect(judge(mute.map(parsed))).to.have.nested.property("reason.code", "signature-invalid");
  });

  it("says issuer-unknown where the key identifiers tell that a namesake signed", () => {
    const path = [authority({ clock }).client().leaf, authority({ clock }).certificate];
    expect(judge(path.map(parsed))).to.have.nested.property("reason.code", "issuer-unknown");
  });
});

describe("validatePath, path lengths", () => {
  const cases: readonly (readonly [string, readonly AuthorityChanges[], string])[] = [
    ["a root that allows none, with none", [{ pathLength: 0 }], "verified"],
    ["a root that allows none, with one", [{ pathLength: 0 }, {}], "path-length-exceeded at 1"],
    ["a root that allows one, with one", [{ pathLength: 1 }, {}], "verified"],
    ["a root that allows one, with two", [{ pathLength: 1 }, {}, {}], "path-length-exceeded at 1"],
    [
      "a root that allows none, with three: the first is one too many",
      [{ pathLength: 0 }, {}, {}, {}],
      "path-length-exceeded at 3",
    ],
    [
      "an intermediate that allows none, with one below it",
      [{}, { pathLength: 0 }, {}],
      "path-length-exceeded at 1",
    ],
    [
      "an intermediate that claims to allow more than the root does",
      [{ pathLength: 1 }, { pathLength: 9 }, {}],
      "path-length-exceeded at 1",
    ],
    ["limits that all fit", [{ pathLength: 2 }, { pathLength: 1 }, { pathLength: 0 }], "verified"],
  ];
  for (const [name, authorities, expected] of cases) {
    it(`are kept: ${name}`, () => {
      expect(verdictOn(below(...authorities))).to.equal(expected);
    });
  }

  it("do not count authorities that renewed their own key (RFC 5280 6.1.4 (l))", () => {
    const renewed = [{ pathLength: 0, commonName: "Same" }, { commonName: "Same" }];
    expect(verdictOn(below(...renewed))).to.equal("verified");
    expect(verdictOn(below(...renewed, { commonName: "Other" }))).to.equal(
      "path-length-exceeded at 1",
    );
  });
});

describe("checkAnchor", () => {
  it("asks nothing of an anchor's own signature", () => {
    const anchor = authority({
      clock,
      raw: (sound) => ({ ...sound, alterSignature: (signature) => signature.fill(0) }),
    });
    expect(checkAnchor(parsed(anchor.certificate), clientContext({ now }))).to.equal(undefined);
    expect(verdictOn(anchor.client())).to.equal("verified");
  });

  it("lets a root of version 1 be one, which cannot say that it is an authority", () => {
    const anchor = authority({
      clock,
      raw: (sound) => ({ ...sound, version: new Uint8Array(), extensions: [] }),
    });
    expect(checkAnchor(parsed(anchor.certificate), clientContext({ now }))).to.equal(undefined);
  });

  it("lets none be one that could say so and does not", () => {
    const anchor = authority({ clock, extensions: { basicConstraints: "absent" } });
    expect(checkAnchor(parsed(anchor.certificate), clientContext({ now }))).to.equal(
      "issuer-not-ca",
    );
  });
});
