import { expect } from "chai";

import { authority, der, extensions } from "@mtls-shield/testkit";

import { checkUnprocessedExtensions } from "../../../src/path/checks/critical-extensions.ts";
import { parsed } from "../../certificates.ts";

function withExtension(...moreExtensions: readonly Uint8Array[]) {
  return parsed(authority().client({ moreExtensions }).leaf);
}

describe("checkUnprocessedExtensions", () => {
  it("passes what is known, and what is unknown but not critical", () => {
    const unknown = extensions.extension("1.3.6.1.4.1.32473.99", der.nullValue());
    expect(checkUnprocessedExtensions(withExtension())).to.equal(undefined);
    expect(checkUnprocessedExtensions(withExtension(unknown))).to.equal(undefined);
    expect(
      checkUnprocessedExtensions(withExtension(extensions.certificatePolicies("1.2.3"))),
    ).to.equal(undefined);
  });

  for (const [name, extension, code] of [
    [
      "a critical extension that nobody knows",
      extensions.extension("1.3.6.1.4.1.32473.99", der.nullValue(), { critical: true }),
      "critical-extension-unsupported",
    ],
    [
      "critical name constraints",
      extensions.nameConstraints({ excludedDnsNames: ["a.example"] }),
      "name-constraints-unsupported",
    ],
    [
      "name constraints that are not critical",
      extensions.extension(extensions.extensionOids.nameConstraints, der.sequence()),
      "name-constraints-unsupported",
    ],
    [
      "policy constraints",
      extensions.policyConstraints({ inhibitPolicyMapping: 0 }),
      "policy-constraints-unsupported",
    ],
    [
      "policy mappings",
      extensions.policyMappings(["1.2.3", "1.2.4"]),
      "policy-constraints-unsupported",
    ],
    ["inhibitAnyPolicy", extensions.inhibitAnyPolicy(0), "policy-constraints-unsupported"],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(checkUnprocessedExtensions(withExtension(extension))).to.equal(code);
    });
  }
});
