import { oid, oids } from "../../src/asn1/oids.ts";
import { equalBytes } from "../../src/base/bytes.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { keyUsageBits } from "../../src/x509/extensions.ts";
import type { GeneralName } from "../../src/x509/general-name.ts";
import type { ChainRecipe, Question } from "./chain-recipe.ts";
import { constrainedExample, exampleChain, requiredPolicy } from "./example-chain.ts";
import { anyPolicy, policyA, policyB } from "./policy-names.ts";
import { now } from "./oddities.ts";

/** One error of OpenSSL about a path that the engine accepts. */
export interface Objection {
  readonly question: Question;
  readonly path: readonly Certificate[];
  readonly depth: number;
  /** The one at that depth. */
  readonly certificate: Certificate;
}

/** What OpenSSL refuses and the engine accepts: each error has to be one of these. */
export interface OpensslDifference {
  readonly why: string;
  readonly example: ChainRecipe;
  /** `X509_V_ERR_...` */
  readonly codes: readonly number[];
  readonly applies: (objection: Objection) => boolean;
}

/** What explains every error about another path than that of the engine. */
export const oneSearch = "OpenSSL tries one path alone; the engine tries others (RFC 4158 2.3)";

/** Critical extensions that the engine processes and OpenSSL does not. */
const unknownToOpenssl = [
  oids.authorityKeyIdentifier,
  oids.subjectKeyIdentifier,
  oids.authorityInfoAccess,
  oids.subjectInfoAccess,
  oids.issuerAltName,
  oids.freshestCrl,
];

export const opensslDifferences: readonly OpensslDifference[] = [
  {
    why: "notAfter is part of the period (RFC 5280 4.1.2.5); OpenSSL ends it a second earlier",
    example: exampleChain({}, {}, { oddities: ["is in its last second"] }),
    codes: [10],
    applies: ({ certificate }) => certificate.notAfter === now,
  },
  {
    why: "key identifiers are hints (RFC 4158 3.5.12); OpenSSL takes an issuer that they do not name for none",
    example: exampleChain({}, {}, { oddities: ["names another authority's key"] }),
    codes: [7, 20],
    applies: ({ certificate, path, depth }) => isNamedOtherwise(certificate, path[depth + 1]),
  },
  {
    why: "a root whose authority key identifier names another is an anchor all the same; OpenSSL looks for the other",
    example: exampleChain({}, { oddities: ["names another authority's key"] }, {}),
    codes: [2, 22],
    applies: ({ certificate, path, depth }) =>
      depth === path.length - 1 && isNamedOtherwise(certificate, certificate),
  },
  {
    why: "a self-issued certificate need not be self-signed; without a key identifier OpenSSL takes it for a root",
    example: exampleChain({}, {}, { subject: undefined, oddities: ["has no key identifiers"] }),
    codes: [18, 19],
    applies: ({ path }) =>
      path
        .slice(0, -1)
        .some(
          ({ isSelfIssued, extensions }) =>
            isSelfIssued && extensions.authorityKeyIdentifier?.keyIdentifier === undefined,
        ),
  },
  {
    why: "OpenSSL takes one issuer alone where two of the path have one name and no key identifier tells them apart",
    example: exampleChain({}, { oddities: ["has no key identifiers"] }, { subject: undefined }, {}),
    codes: [7],
    applies: ({ certificate, path }) =>
      path.filter(
        (issuer) =>
          issuer.subject.equals(certificate.issuer) && !isNamedOtherwise(certificate, issuer),
      ).length > 1,
  },
  {
    why: "anyExtendedKeyUsage allows every purpose (RFC 5280 4.2.1.12); OpenSSL asks for the purpose by name",
    example: exampleChain({}, { oddities: ["is for anything"] }, {}),
    codes: [26],
    applies: ({ certificate: { extensions } }) =>
      extensions.extendedKeyUsage?.includes(oids.anyExtendedKeyUsage) === true,
  },
  {
    why: "Netscape's certificate types are no part of RFC 5280, and are not critical here",
    example: exampleChain({}, {}, { oddities: ["is for servers, says Netscape"] }),
    codes: [26],
    applies: ({ certificate: { extensions }, question }) =>
      question.purpose === "client" && extensions.all.has(oid("2.16.840.1.113730.1.1")),
  },
  {
    why: "the engine processes these extensions; OpenSSL refuses them as critical ones, which RFC 5280 4.2 leaves to it",
    example: exampleChain({}, {}, { oddities: ["has critical information access"] }),
    codes: [34],
    applies: ({ certificate: { extensions } }) =>
      unknownToOpenssl.some((type) => extensions.all.get(type)?.isCritical === true),
  },
  {
    why: "a common name is nobody's DNS name (RFC 9525 2); OpenSSL takes it for one, and constrains it",
    example: constrainedExample(
      "dns",
      { permitted: ["example.com"] },
      { subject: "O=Example/CN=www.example.org" },
    ),
    codes: [47, 48, 49],
    applies: ({ certificate, depth, path }) =>
      depth === 0 &&
      isConstrained(path, "dns") &&
      namesOf(certificate, "dns").length === 0 &&
      certificate.subject.commonNames.some((name) => /^[\w*-]+(?:\.[\w*-]+)+$/.test(name)),
  },
  {
    why: "nothing stands for every host in mailboxes and URIs as it does in DNS names; to OpenSSL it is a host without a name",
    example: constrainedExample(
      "uri",
      { permitted: [""] },
      { alternativeNames: [{ form: "uri", value: "https://example.com/" }] },
    ),
    codes: [47],
    applies: ({ certificate, path }) =>
      (["email", "uri"] as const).some(
        (type) =>
          path.some(({ extensions: { nameConstraints } }) =>
            nameConstraints?.permitted.some((base) => base.type === type && base.value === ""),
          ) &&
          (namesOf(certificate, type).length > 0 ||
            (type === "email" && certificate.subject.emailAddresses.length > 0)),
      ),
  },
  {
    why: "the host of a URI ends before its path or query, and begins after its user (RFC 3986 3.2); OpenSSL looks for a colon first",
    example: constrainedExample(
      "uri",
      { permitted: ["example.com"] },
      { alternativeNames: [{ form: "uri", value: "https://joe@example.com/" }] },
    ),
    codes: [47],
    applies: ({ certificate, path }) =>
      isConstrained(path, "uri") &&
      namesOf(certificate, "uri").some((value) =>
        /^\w+:\/\/(?:[^/?#]*@|[^/?#]*[?#]|[^/]*\/[^/]*:)/.test(value),
      ),
  },
  {
    why: "a mailbox in a subject is compared however its string is written; OpenSSL refuses all but IA5String, whatever is constrained",
    example: constrainedExample(
      "dns",
      { permitted: ["example.com"] },
      { subject: "O=Example/E:joe@example.com" },
    ),
    codes: [53],
    applies: ({ certificate: { subject } }) =>
      subject.relativeNames
        .flat()
        .some(({ type, der }) => type === oids.emailAddress && der[0] !== 0x16),
  },
  {
    why: "a wildcard may stand below one label; OpenSSL wants two",
    example: exampleChain(
      { peer: { type: "dns", value: "a.example" } },
      {},
      { alternativeNames: [{ form: "dns", value: "*.example" }] },
    ),
    codes: [62],
    applies: ({ certificate, question: { peer } }) =>
      peer?.type === "dns" &&
      namesOf(certificate, "dns").includes(`*.${peer.value.split(".").slice(1).join(".")}`) &&
      peer.value.split(".").length === 2,
  },
  {
    why: "the final dot of a host that is asked for says that it is whole; OpenSSL compares it",
    example: exampleChain(
      { peer: { type: "dns", value: "example.com." } },
      {},
      { alternativeNames: [{ form: "dns", value: "example.com" }] },
    ),
    codes: [62],
    applies: ({ question: { peer } }) => peer?.type === "dns" && peer.value.endsWith("."),
  },
  {
    why: "an anchor of version 1 or 2 cannot say that it is an authority; OpenSSL believes it only when it is self-signed",
    example: { ...exampleChain({}, {}, { oddities: ["is of version 1"] }, {}), anchor: 1 },
    codes: [26, 79],
    applies: ({ certificate, depth, path }) =>
      depth === path.length - 1 && certificate.version !== 3 && !certificate.isSelfIssued,
  },
  {
    why: "names are compared by Unicode (RFC 5280 7.1); OpenSSL folds ASCII alone",
    example: constrainedExample(
      "directory",
      { permitted: ["O=Exämple"] },
      { subject: "O=EXÄMPLE/CN=a" },
    ),
    codes: [47],
    applies: ({ certificate, path }) =>
      isConstrained(path, "directory") && /[^ -~]/.test(directoryTexts(certificate).join()),
  },
  {
    why: "what is mapped from anyPolicy stays mapped below another anyPolicy; OpenSSL forgets the mapping there",
    example: exampleChain(
      { policies: requiredPolicy(policyA) },
      {},
      { policies: [anyPolicy], mappings: [[policyA, policyB]] },
      { policies: [anyPolicy] },
      { policies: [policyB] },
    ),
    codes: [43],
    applies: ({ path }) =>
      path
        .slice(1, -1)
        .some(
          ({ extensions }, index) =>
            extensions.policyMappings !== undefined &&
            statesAnyPolicy(extensions) &&
            statesAnyPolicy(path[index]!.extensions),
        ),
  },
  {
    why: "mappings of a leaf are not processed (RFC 5280 6.1.4 prepares for the next certificate); OpenSSL looks at them",
    example: exampleChain(
      { policies: { ...requiredPolicy(policyA), inhibitMapping: true } },
      {},
      { policies: [policyA], mappings: [[policyA, policyB]] },
    ),
    codes: [42, 43],
    applies: ({ certificate: { extensions }, depth }) =>
      depth === 0 && extensions.policyMappings !== undefined,
  },
  {
    why: "nothing rests on the signature of an anchor, nor on how its algorithm is named",
    example: exampleChain({ isStrict: true }, { oddities: ["names two signature algorithms"] }, {}),
    codes: [78],
    applies: ({ path, depth }) => depth === path.length - 1,
  },
  {
    why: "whoever signs CRLs has a subject (RFC 5280 4.1.2.6), which the strict profile does not ask of a leaf; -x509_strict does",
    example: exampleChain(
      { isStrict: true },
      {},
      {
        subject: "",
        alternativeNames: [{ form: "dns", value: "example.com" }],
        oddities: ["may sign revocation lists too"],
      },
    ),
    codes: [84],
    applies: ({ certificate: { subject, extensions }, depth }) =>
      depth === 0 && subject.isEmpty && ((extensions.keyUsage ?? 0) & keyUsageBits.cRLSign) !== 0,
  },
  {
    why: "self-issued certificates do not count for the length of a path (RFC 5280 6.1.4 (l)); for -verify_depth they do",
    example: exampleChain({ pathLength: 0 }, {}, { subject: undefined }, {}),
    codes: [2, 20, 22],
    applies: ({ path, question: { pathLength } }) =>
      pathLength !== undefined &&
      path.length - 2 > pathLength &&
      path.slice(1, -1).some(({ isSelfIssued }) => isSelfIssued),
  },
];

function isNamedOtherwise(child: Certificate, issuer: Certificate | undefined): boolean {
  const identifier = child.extensions.authorityKeyIdentifier;
  if (identifier === undefined || issuer === undefined) return false;
  const { keyIdentifier, serialNumber } = identifier;
  const { subjectKeyIdentifier } = issuer.extensions;
  const isOtherKey =
    keyIdentifier !== undefined &&
    subjectKeyIdentifier !== undefined &&
    !equalBytes(keyIdentifier, subjectKeyIdentifier);
  return (
    isOtherKey || (serialNumber !== undefined && !equalBytes(serialNumber, issuer.serialNumber))
  );
}

function statesAnyPolicy({ certificatePolicies }: Certificate["extensions"]): boolean {
  return certificatePolicies?.includes(oids.anyPolicy) === true;
}

function directoryTexts({ subject, extensions }: Certificate): readonly string[] {
  return [
    subject.text,
    ...(extensions.subjectAltName ?? []).flatMap((name) =>
      name.type === "directory" ? [name.value.text] : [],
    ),
  ];
}

function isConstrained(path: readonly Certificate[], type: GeneralName["type"]): boolean {
  return path.some(({ extensions: { nameConstraints } }) =>
    [...(nameConstraints?.permitted ?? []), ...(nameConstraints?.excluded ?? [])].some(
      (base) => base.type === type,
    ),
  );
}

function namesOf({ extensions }: Certificate, type: "dns" | "email" | "uri"): readonly string[] {
  return (extensions.subjectAltName ?? []).flatMap((name) =>
    name.type === type ? [name.value] : [],
  );
}
