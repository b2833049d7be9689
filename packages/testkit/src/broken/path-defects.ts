import * as extensions from "../certificate-extensions.ts";
import * as der from "../der-writer.ts";
import { authority, type IssuedChain } from "../test-authority.ts";
import { testKeyPair } from "../test-key-pair.ts";
import {
  chainWith,
  clientNames,
  intermediateOf,
  type Defect,
  type MakeOptions,
} from "./broken-certificate.ts";

const minuteMs = 60_000;
const policy = "1.3.6.1.4.1.32473.1";
const otherPolicy = "1.3.6.1.4.1.32473.2";
const anyPolicy = "2.5.29.32.0";

function now(options: MakeOptions | undefined): number {
  return (options?.clock ?? Date.now)();
}

function withoutIntermediates(issued: IssuedChain): IssuedChain {
  return { ...issued, chain: [issued.leaf], chainPem: issued.leaf.pem };
}

/** An extension that no software knows, under the arc kept for examples (RFC 5612). */
const unknownCritical = extensions.extension("1.3.6.1.4.1.32473.99", der.nullValue(), {
  critical: true,
});

/** A chain whose intermediate has more extensions. */
function intermediateWith(...moreExtensions: readonly Uint8Array[]): Defect["make"] {
  return (options) => chainWith({ intermediate: { moreExtensions } }, options);
}

/** A chain whose intermediate has more extensions, and whose leaf was issued under a policy. */
function policyPath(moreExtensions: readonly Uint8Array[], leafPolicy: string): Defect["make"] {
  return (options) =>
    chainWith(
      {
        intermediate: { moreExtensions },
        leaf: { moreExtensions: [extensions.certificatePolicies(leafPolicy)] },
      },
      options,
    );
}

/** Sound certificates that do not make a path (RFC 5280 6.1). */
export const pathDefects = {
  "expired-leaf": {
    defect: "the leaf is past its notAfter time",
    expected: "certificate-expired",
    handshake: true,
    make: (options) => chainWith({ leaf: { notAfter: now(options) - minuteMs } }, options),
  },
  "not-yet-valid-leaf": {
    defect: "the leaf is before its notBefore time",
    expected: "certificate-not-yet-valid",
    handshake: true,
    make: (options) => chainWith({ leaf: { notBefore: now(options) + 60 * minuteMs } }, options),
  },
  "expired-intermediate": {
    defect: "the intermediate is past its notAfter time",
    expected: "issuer-certificate-expired",
    handshake: true,
    make: (options) => chainWith({ intermediate: { notAfter: now(options) - minuteMs } }, options),
  },
  "not-yet-valid-intermediate": {
    defect: "the intermediate is before its notBefore time",
    expected: "issuer-certificate-not-yet-valid",
    handshake: true,
    make: (options) =>
      chainWith({ intermediate: { notBefore: now(options) + 60 * minuteMs } }, options),
  },
  "unknown-root": {
    defect: "the chain leads to a root with another name than the trusted one",
    expected: "issuer-unknown",
    handshake: true,
    make: (options) => ({
      ...authority({ ...options, commonName: "Other Root" })
        .intermediate()
        .client(clientNames),
      root: authority(options).root,
    }),
  },
  "missing-intermediate": {
    defect: "the client leaves its intermediate out",
    expected: "issuer-unknown",
    handshake: true,
    make: (options) => withoutIntermediates(chainWith({}, options)),
  },
  "self-signed-leaf": {
    defect: "the leaf is signed with its own key",
    expected: "certificate-self-signed",
    handshake: true,
    make: (options) => {
      const keyPair = testKeyPair("ecdsa-p256");
      const self = authority({ ...options, keyPair, commonName: clientNames.commonName });
      const issued = withoutIntermediates(self.client({ ...clientNames, keyPair }));
      return { ...issued, root: authority(options).root };
    },
  },
  "intermediate-without-basic-constraints": {
    defect: "the intermediate has no basicConstraints",
    expected: "issuer-not-ca",
    handshake: true,
    make: (options) =>
      chainWith({ intermediate: { extensions: { basicConstraints: "absent" } } }, options),
  },
  "intermediate-not-a-ca": {
    defect: "the intermediate's basicConstraints say that it is no CA",
    expected: "issuer-not-ca",
    handshake: true,
    make: (options) =>
      chainWith(
        {
          intermediate: {
            extensions: { basicConstraints: extensions.basicConstraints({ ca: false }) },
          },
        },
        options,
      ),
  },
  "version-1-intermediate": {
    defect: "the intermediate is a version 1 certificate and so cannot say that it is a CA",
    expected: "issuer-not-ca",
    handshake: true,
    make: intermediateOf(() => ({ version: der.bytes(), extensions: [] })),
  },
  "intermediate-may-not-sign-certificates": {
    defect: "the intermediate's keyUsage lacks keyCertSign",
    expected: "issuer-key-usage-invalid",
    handshake: true,
    make: (options) =>
      chainWith(
        { intermediate: { extensions: { keyUsage: extensions.keyUsage("cRLSign") } } },
        options,
      ),
  },
  "path-length-exceeded": {
    defect: "an intermediate with path length 0 has another intermediate below it",
    expected: "path-length-exceeded",
    handshake: true,
    make: (options) =>
      authority(options).intermediate({ pathLength: 0 }).intermediate().client(clientNames),
  },
  "root-path-length-exceeded": {
    defect: "a root with path length 0 has an intermediate below it",
    expected: "path-length-exceeded",
    handshake: true,
    make: (options) =>
      authority({ ...options, pathLength: 0 })
        .intermediate()
        .client(clientNames),
  },
  "leaf-may-not-sign": {
    defect: "the leaf's keyUsage lacks digitalSignature",
    expected: "key-usage-invalid",
    handshake: true,
    make: (options) =>
      chainWith(
        { leaf: { extensions: { keyUsage: extensions.keyUsage("keyEncipherment") } } },
        options,
      ),
  },
  "server-leaf": {
    defect: "the leaf's extendedKeyUsage holds serverAuth only",
    expected: "extended-key-usage-invalid",
    handshake: true,
    make: (options) =>
      chainWith(
        { leaf: { extensions: { extendedKeyUsage: extensions.extendedKeyUsage("serverAuth") } } },
        options,
      ),
  },
  "code-signing-leaf": {
    defect: "the leaf's extendedKeyUsage holds codeSigning only",
    expected: "extended-key-usage-invalid",
    handshake: true,
    make: (options) =>
      chainWith(
        { leaf: { extensions: { extendedKeyUsage: extensions.extendedKeyUsage("codeSigning") } } },
        options,
      ),
  },
  "server-intermediate": {
    defect: "the intermediate's extendedKeyUsage limits everything below it to serverAuth",
    expected: "extended-key-usage-invalid",
    handshake: true,
    make: (options) =>
      chainWith(
        { intermediate: { moreExtensions: [extensions.extendedKeyUsage("serverAuth")] } },
        options,
      ),
  },
  "unknown-critical-extension": {
    defect: "the leaf has a critical extension that nobody knows",
    expected: "critical-extension-unsupported",
    handshake: true,
    make: (options) => chainWith({ leaf: { moreExtensions: [unknownCritical] } }, options),
  },
  "unknown-critical-extension-in-intermediate": {
    defect: "the intermediate has a critical extension that nobody knows",
    expected: "critical-extension-unsupported",
    handshake: true,
    make: (options) => chainWith({ intermediate: { moreExtensions: [unknownCritical] } }, options),
  },
  "name-constraints": {
    defect: "the intermediate permits only names of another domain than the leaf's",
    expected: "name-constraints-violated",
    handshake: true,
    make: intermediateWith(extensions.nameConstraints({ permittedDnsNames: ["other.example"] })),
  },
  "name-constraints-excluded": {
    defect: "the intermediate excludes the domain of the leaf's name",
    expected: "name-constraints-violated",
    handshake: true,
    make: intermediateWith(extensions.nameConstraints({ excludedDnsNames: ["corp.example"] })),
  },
  "name-constraints-malformed": {
    defect: "the intermediate permits a domain that is none",
    expected: "name-constraints-malformed",
    handshake: true,
    make: intermediateWith(extensions.nameConstraints({ permittedDnsNames: ["*.corp.example"] })),
  },
  "name-constraints-with-minimum": {
    defect: "the intermediate permits the domain of the leaf's name at a distance of one at least",
    expected: "name-constraints-unsupported",
    handshake: true,
    make: intermediateWith(
      extensions.extension(
        extensions.extensionOids.nameConstraints,
        der.sequence(
          der.constructed(
            0,
            der.sequence(
              der.primitive(2, new TextEncoder().encode("corp.example")),
              der.primitive(0, der.integerContent(1)),
            ),
          ),
        ),
        { critical: true },
      ),
    ),
  },
  "policy-constraints": {
    defect: "the intermediate requires a policy, and the leaf has none",
    expected: "policy-missing",
    handshake: true,
    make: intermediateWith(
      extensions.certificatePolicies(policy),
      extensions.policyConstraints({ requireExplicitPolicy: 0 }),
    ),
  },
  "policy-mismatch": {
    defect: "the intermediate requires its own policy, and the leaf has another",
    expected: "policy-missing",
    handshake: true,
    make: policyPath(
      [
        extensions.certificatePolicies(policy),
        extensions.policyConstraints({ requireExplicitPolicy: 0 }),
      ],
      otherPolicy,
    ),
  },
  "inhibit-any-policy": {
    defect: "the leaf has anyPolicy alone, which the intermediate inhibits",
    expected: "policy-missing",
    handshake: true,
    make: policyPath(
      [
        extensions.certificatePolicies(policy),
        extensions.policyConstraints({ requireExplicitPolicy: 0 }),
        extensions.inhibitAnyPolicy(0),
      ],
      anyPolicy,
    ),
  },
  "policy-mapping-inhibited": {
    defect:
      "the lower intermediate maps a policy to that of the leaf, which the upper one inhibits",
    expected: "policy-missing",
    handshake: true,
    make: (options) =>
      authority(options)
        .intermediate({
          moreExtensions: [
            extensions.certificatePolicies(policy),
            extensions.policyConstraints({ requireExplicitPolicy: 0, inhibitPolicyMapping: 0 }),
          ],
        })
        .intermediate({
          moreExtensions: [
            extensions.certificatePolicies(policy),
            extensions.policyMappings([policy, otherPolicy]),
          ],
        })
        .client({ ...clientNames, moreExtensions: [extensions.certificatePolicies(otherPolicy)] }),
  },
  "policy-mappings": {
    defect: "the intermediate maps anyPolicy to a policy",
    expected: "policy-mapping-invalid",
    handshake: true,
    make: intermediateWith(
      extensions.certificatePolicies(policy),
      extensions.policyMappings([anyPolicy, policy]),
    ),
  },
} satisfies Readonly<Record<string, Defect>>;
