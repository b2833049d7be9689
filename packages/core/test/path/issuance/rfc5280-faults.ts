import { der, extensions, type KeyUsageName } from "@mtls-shield/testkit";

import type { ReasonCode } from "../../../src/reasons/reasons.ts";
import { commonNameOf } from "../../certificates.ts";
import { directory, dns, nameConstraints } from "../../general-names.ts";
import { leafNames, without, type ChainChanges } from "./issuance.ts";

const { extension, extensionOids } = extensions;
const critical = { critical: true };
const uri = (text: string) => der.primitive(6, Buffer.from(text));
const emptyName = der.sequence();

const distributionPoints = der.sequence(
  der.sequence(der.constructed(0, der.constructed(0, uri("http://a.example/list.crl")))),
);
const access = (method: string) =>
  der.sequence(der.sequence(der.oid(method), uri("http://a.example/")));
const keyIdentifier = der.bytes(1, 2, 3, 4);

const freshestCrl = extension("2.5.29.46", distributionPoints, critical);
const authorityInfoAccess = extension("1.3.6.1.5.5.7.1.1", access("1.3.6.1.5.5.7.48.2"), critical);
const subjectInfoAccess = extension("1.3.6.1.5.5.7.1.11", access("1.3.6.1.5.5.7.48.5"), critical);

const dnsConstraints = (...permitted: readonly string[]) =>
  nameConstraints({ permitted: permitted.map(dns) });

const usage = (...names: readonly KeyUsageName[]) => ({
  extensions: { keyUsage: extensions.keyUsage(...names) },
});

/** One fault: `default` warns of it, `strict` refuses it. */
export interface Rfc5280Fault {
  readonly what: string;
  readonly code: ReasonCode;
  /** Whose fault: 0 is the leaf. */
  readonly at: 0 | 1 | 2;
  readonly changes: ChainChanges;
  /** Default: refused like the others. */
  readonly webpki?: "warns";
  /** Default: warns like `default`. */
  readonly spiffe?: "svid-invalid";
}

/** Chains with one fault each that RFC 5280 section 4 forbids, and section 6 does not check. */
export const rfc5280Faults: readonly Rfc5280Fault[] = [
  {
    what: "a leaf of version 1",
    code: "certificate-version-1",
    at: 0,
    changes: { leaf: { raw: (sound) => ({ ...sound, version: der.bytes(), extensions: [] }) } },
    spiffe: "svid-invalid",
  },
  {
    what: "a leaf of version 2",
    code: "certificate-version-1",
    at: 0,
    changes: {
      leaf: {
        raw: (sound) => ({
          ...sound,
          version: der.constructed(0, der.integer(1)),
          extensions: [],
        }),
      },
    },
    spiffe: "svid-invalid",
  },
  {
    what: "an anchor of version 1",
    code: "certificate-version-1",
    at: 2,
    changes: { root: { raw: (sound) => ({ ...sound, version: der.bytes(), extensions: [] }) } },
  },
  {
    what: "a leaf without an authority key identifier",
    code: "authority-key-identifier-missing",
    at: 0,
    changes: { leaf: without("authorityKeyIdentifier") },
  },
  {
    what: "an intermediate without an authority key identifier",
    code: "authority-key-identifier-missing",
    at: 1,
    changes: { intermediate: without("authorityKeyIdentifier") },
  },
  {
    what: "an authority key identifier that only names an issuer",
    code: "authority-key-identifier-missing",
    at: 0,
    changes: {
      leaf: {
        extensions: {
          authorityKeyIdentifier: extension(
            extensionOids.authorityKeyIdentifier,
            der.sequence(
              der.constructed(1, directory(commonNameOf(der.utf8String("a")))),
              der.primitive(2, der.integerContent(1)),
            ),
          ),
        },
      },
    },
  },
  {
    what: "an intermediate without a subject key identifier",
    code: "subject-key-identifier-missing",
    at: 1,
    changes: { intermediate: without("subjectKeyIdentifier") },
  },
  {
    what: "an anchor without a subject key identifier",
    code: "subject-key-identifier-missing",
    at: 2,
    changes: { root: without("subjectKeyIdentifier") },
  },
  {
    what: "an intermediate without a key usage",
    code: "authority-key-usage-missing",
    at: 1,
    changes: { intermediate: without("keyUsage") },
  },
  {
    what: "an anchor without a key usage",
    code: "authority-key-usage-missing",
    at: 2,
    changes: { root: without("keyUsage") },
  },
  {
    what: "a leaf that may sign certificates and is no authority",
    code: "key-cert-sign-without-ca",
    at: 0,
    changes: { leaf: usage("digitalSignature", "keyCertSign") },
    spiffe: "svid-invalid",
  },
  {
    what: "a critical authority key identifier",
    code: "extension-critical",
    at: 0,
    changes: {
      leaf: {
        extensions: {
          authorityKeyIdentifier: extension(
            extensionOids.authorityKeyIdentifier,
            der.sequence(der.primitive(0, keyIdentifier)),
            critical,
          ),
        },
      },
    },
  },
  {
    what: "a critical subject key identifier",
    code: "extension-critical",
    at: 1,
    changes: {
      intermediate: {
        extensions: {
          subjectKeyIdentifier: extension(
            extensionOids.subjectKeyIdentifier,
            der.octetString(keyIdentifier),
            critical,
          ),
        },
      },
    },
  },
  {
    what: "a critical freshestCRL",
    code: "extension-critical",
    at: 0,
    changes: { leaf: { moreExtensions: [freshestCrl] } },
  },
  {
    what: "a critical authorityInfoAccess",
    code: "extension-critical",
    at: 0,
    changes: { leaf: { moreExtensions: [authorityInfoAccess] } },
  },
  {
    what: "a critical subjectInfoAccess in an anchor",
    code: "extension-critical",
    at: 2,
    changes: { root: { moreExtensions: [subjectInfoAccess] } },
  },
  {
    what: "basic constraints of an intermediate that are not critical",
    code: "extension-not-critical",
    at: 1,
    changes: {
      intermediate: {
        extensions: {
          basicConstraints: extension(
            extensionOids.basicConstraints,
            der.sequence(der.boolean(true)),
          ),
        },
      },
    },
  },
  {
    what: "policy constraints that are not critical",
    code: "extension-not-critical",
    at: 1,
    changes: {
      intermediate: {
        moreExtensions: [
          extension(
            extensionOids.policyConstraints,
            der.sequence(der.primitive(0, der.integerContent(5))),
          ),
        ],
      },
    },
  },
  {
    what: "an inhibitAnyPolicy that is not critical",
    code: "extension-not-critical",
    at: 1,
    changes: {
      intermediate: { moreExtensions: [extension(extensionOids.inhibitAnyPolicy, der.integer(5))] },
    },
  },
  {
    what: "an alternative name that is not critical beside an empty subject",
    code: "extension-not-critical",
    at: 0,
    changes: {
      leaf: {
        subject: emptyName,
        extensions: { subjectAltName: extensions.subjectAltName(leafNames)! },
      },
    },
  },
  {
    what: "an empty subject without an alternative name",
    code: "extension-not-critical",
    at: 0,
    changes: { leaf: { subject: emptyName, ...without("subjectAltName") } },
    spiffe: "svid-invalid",
  },
  {
    what: "name constraints that are not critical",
    code: "name-constraints-not-critical",
    at: 1,
    changes: {
      intermediate: {
        moreExtensions: [extension(extensionOids.nameConstraints, dnsConstraints("corp.example"))],
      },
    },
    webpki: "warns",
  },
  {
    what: "name constraints of a leaf",
    code: "name-constraints-in-end-entity",
    at: 0,
    changes: {
      leaf: {
        moreExtensions: [
          extension(extensionOids.nameConstraints, dnsConstraints("corp.example"), critical),
        ],
      },
    },
  },
  {
    what: "a permitted domain that starts with a period",
    code: "name-constraint-leading-period",
    at: 1,
    changes: {
      intermediate: {
        moreExtensions: [
          extension(
            extensionOids.nameConstraints,
            dnsConstraints("a.example", ".corp.example"),
            critical,
          ),
        ],
      },
    },
  },
  {
    what: "an excluded domain that starts with a period, in the anchor",
    code: "name-constraint-leading-period",
    at: 2,
    changes: {
      root: {
        moreExtensions: [
          extension(
            extensionOids.nameConstraints,
            nameConstraints({
              excluded: [directory(commonNameOf(der.utf8String("x"))), dns(".a.example")],
            }),
            critical,
          ),
        ],
      },
    },
  },
  {
    what: "a serial number of zero",
    code: "serial-number-not-positive",
    at: 0,
    changes: { leaf: { serialNumber: 0n } },
  },
  {
    what: "a negative serial number in an intermediate",
    code: "serial-number-not-positive",
    at: 1,
    changes: { intermediate: { serialNumber: -1n } },
  },
  {
    what: "a negative serial number of several octets",
    code: "serial-number-not-positive",
    at: 0,
    changes: { leaf: { serialNumber: -300n } },
  },
  {
    what: "a serial number of 21 octets",
    code: "serial-number-too-long",
    at: 0,
    changes: { leaf: { serialNumber: 1n << 160n } },
  },
  {
    what: "a serial number whose sign octet is the 21st",
    code: "serial-number-too-long",
    at: 0,
    changes: { leaf: { serialNumber: 1n << 159n } },
  },
  {
    what: "a serial number of 64 octets in an anchor",
    code: "serial-number-too-long",
    at: 2,
    changes: { root: { serialNumber: 1n << 510n } },
  },
  {
    what: "a notAfter of 2049 as GeneralizedTime",
    code: "dates-not-canonical",
    at: 0,
    changes: {
      leaf: {
        raw: (sound) => {
          const [notBefore] = der.split(sound.validity);
          const notAfter = der.tlv(0x18, Buffer.from("20491231235959Z"));
          return { ...sound, validity: der.sequence(notBefore!, notAfter) };
        },
      },
    },
  },
];
