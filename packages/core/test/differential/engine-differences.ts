import { isNumericHost, readHostName } from "../../src/x509/host-name.ts";
import { readMailbox } from "../../src/x509/mailbox.ts";
import type { RefusedChain } from "../../src/path/verify-chain.ts";
import type { ReasonCode } from "../../src/reasons/reasons.ts";
import { parseCertificate, type Certificate } from "../../src/x509/certificate.ts";
import { askEngine } from "./ask-engine.ts";
import type {
  CertificateRecipe,
  ChainRecipe,
  ConstraintsRecipe,
  Question,
} from "./chain-recipe.ts";
import { constrainedExample, exampleChain, requiredPolicy } from "./example-chain.ts";
import { anyPolicy, policyA, policyB } from "./policy-names.ts";
import { makeChain, type MadeChain } from "./make-chain.ts";

/** One refusal of the engine where OpenSSL accepts. */
export interface Refusal {
  readonly recipe: ChainRecipe;
  readonly question: Question;
  readonly code: ReasonCode | "anchor-unreadable";
  readonly details: Readonly<Record<string, string | number>>;
  /** The one that the reason is about. */
  readonly certificate: Certificate | undefined;
  /** Whether it is the last of its path. */
  readonly isAnchor: boolean;
  readonly path: readonly Certificate[];
  /** What is wrong with the certificates that cannot be parsed. */
  readonly malformations: readonly string[];
}

/** What the engine refuses and OpenSSL accepts. */
export interface EngineDifference {
  readonly why: string;
  readonly example: ChainRecipe;
  readonly codes: readonly Refusal["code"][];
  readonly applies: (refusal: Refusal) => boolean;
}

export const engineDifferences: readonly EngineDifference[] = [
  {
    why: "an anchor is no part of its path (RFC 5280 6.1) and cannot be judged as a leaf; OpenSSL trusts whatever is in its store",
    example: exampleChain({ purpose: "any" }, {}),
    codes: ["certificate-self-signed"],
    applies: ({ recipe }) => recipe.certificates.length === 1,
  },
  {
    why: "an anchor of version 3 has to say that it is an authority (RFC 5280 4.2.1.9); OpenSSL believes what is self-signed",
    example: exampleChain({}, { oddities: ["has no basic constraints"] }, {}),
    codes: ["issuer-not-ca"],
    applies: ({ certificate, isAnchor }) =>
      isAnchor && certificate?.extensions.basicConstraints === undefined,
  },
  {
    why: "what is no certificate by RFC 5280 4.1 is not parsed",
    example: exampleChain({}, {}, { oddities: ["is of version 2 with extensions"] }),
    codes: [
      "certificate-malformed",
      "certificate-self-signed",
      "issuer-unknown",
      "anchor-unreadable",
    ],
    applies: ({ malformations }) =>
      malformations.length > 0 &&
      malformations.every((problem) =>
        // 4.1.2.4, 4.1.2.9, 4.2
        [
          "the issuer is empty",
          "only version 3 has extensions",
          "an extension stands twice",
        ].includes(problem),
      ),
  },
  {
    why: "a TLS 1.3 client signs (RFC 8446 4.4.2.2); OpenSSL lets a client agree on keys, as TLS 1.2 could",
    example: exampleChain({}, {}, { oddities: ["may agree on keys"] }),
    codes: ["key-usage-invalid"],
    applies: ({ certificate, question }) =>
      question.purpose === "client" && certificate?.extensions.keyUsage === 1 << 4,
  },
  {
    why: "no RSA below 2048 bits; OpenSSL sets no level for `verify`",
    example: exampleChain({}, {}, { key: "rsa-1024" }),
    codes: ["key-too-weak"],
    applies: ({ recipe }) => recipe.certificates.some(({ key }) => key === "rsa-1024"),
  },
  {
    why: "no other curves than the named ones of NIST; OpenSSL knows more, and refuses explicit parameters by the strict flag alone",
    example: exampleChain({}, {}, { key: "ecdsa-secp256k1" }),
    codes: ["key-unsupported"],
    applies: ({ recipe }) =>
      recipe.certificates.some(
        ({ key }) => key === "ecdsa-secp256k1" || key === "ecdsa-p256-explicit",
      ),
  },
  {
    why: "no SHA-1 and no MD5; OpenSSL sets no level for `verify`",
    example: exampleChain({}, {}, { scheme: "ecdsa-sha1" }),
    codes: ["signature-algorithm-unsupported"],
    applies: ({ recipe }) =>
      recipe.certificates.some(({ scheme }) => /sha1|md5/.test(scheme ?? "")),
  },
  {
    why: "what an anchor says of policies is input (RFC 5937); OpenSSL leaves it out",
    example: exampleChain(
      { policies: requiredPolicy(policyB) },
      { policies: [policyA] },
      { policies: [policyB] },
    ),
    codes: ["policy-missing"],
    applies: ({ recipe, question }) =>
      isExplainedWhen(recipe, question, (certificate, place) =>
        place === recipe.anchor ? withoutPolicies(certificate) : certificate,
      ),
  },
  {
    why: "where anyPolicy is inhibited it is mapped to nothing; OpenSSL makes policies of a mapping beside anyPolicy all the same",
    example: exampleChain(
      { policies: { ...requiredPolicy(policyA), inhibitAny: true } },
      {},
      { policies: [anyPolicy], mappings: [[policyA, policyB]] },
    ),
    codes: ["policy-missing"],
    applies: ({ recipe, question }) =>
      recipe.certificates.some(
        ({ policies, mappings }) => policies?.includes(anyPolicy) === true && mappings,
      ) &&
      isExplainedWhen(
        recipe,
        {
          ...question,
          ...(question.policies && { policies: { ...question.policies, inhibitAny: false } }),
        },
        (certificate, place) => {
          if (place === recipe.anchor) return withoutPolicies(certificate);
          return without(certificate, ["inhibitAny"]);
        },
      ),
  },
  {
    why: "what is mapped beside anyPolicy stays mapped below another anyPolicy; OpenSSL forgets the mapping there",
    example: exampleChain(
      { policies: requiredPolicy(policyA) },
      {},
      { policies: [policyA] },
      { policies: [anyPolicy], mappings: [[policyA, policyB]] },
      { policies: [anyPolicy] },
      { policies: [policyA] },
    ),
    codes: ["policy-missing"],
    applies: ({ recipe, question }) =>
      isExplainedWhen(recipe, question, (certificate, place) =>
        place !== recipe.anchor &&
        certificate.policies?.includes(anyPolicy) === true &&
        recipe.certificates[place + 1]?.policies?.includes(anyPolicy) === true
          ? without(certificate, ["mappings"])
          : certificate,
      ),
  },
  {
    why: "the last certificate counts for explicit policies in any case (RFC 5280 6.1.5 (a)); OpenSSL counts no self-issued one",
    example: exampleChain({}, {}, { policyConstraints: [1, undefined] }, { subject: undefined }),
    codes: ["policy-missing"],
    applies: ({ recipe, question }) =>
      recipe.certificates.at(-1)?.subject === undefined &&
      isExplainedWhen(recipe, question, ({ policyConstraints, ...rest }, place) =>
        place === recipe.anchor
          ? withoutPolicies(rest)
          : {
              ...rest,
              ...(policyConstraints && { policyConstraints: [undefined, policyConstraints[1]] }),
            },
      ),
  },
  {
    why: "a mapping of anyPolicy refuses (RFC 5280 6.1.4 (a)); OpenSSL looks at no mappings where the certificate states no policy",
    example: exampleChain({}, {}, { mappings: [[anyPolicy, policyA]] }, {}),
    codes: ["policy-mapping-invalid"],
    applies: ({ certificate }) => certificate?.extensions.certificatePolicies === undefined,
  },
  {
    why: "constraints in a form that RFC 5280 4.2.1.10 does not have refuse; OpenSSL compares them as they are, so that nothing matches",
    example: constrainedExample(
      "dns",
      { excluded: ["*.example.com"] },
      { alternativeNames: [{ form: "dns", value: "www.example.com" }] },
    ),
    codes: ["name-constraints-malformed"],
    applies: ({ details: { constraint } }) =>
      ["@example.com", "*.example.com", "example..com", "10.0.0.0/255.0.255.0"].includes(
        String(constraint),
      ),
  },
  {
    why: "a mailbox is a dot-atom and a host; OpenSSL takes whatever stands before the last @",
    example: constrainedExample(
      "email",
      { excluded: ["example.org"] },
      { alternativeNames: [{ form: "email", value: '"j"@example.com' }] },
    ),
    codes: ["name-constraints-violated"],
    applies: ({ details: { name } }) =>
      String(name).includes("@") && readMailbox(String(name)) === undefined,
  },
  {
    why: "a DNS name is a host or a wildcard label before one; OpenSSL compares ends of text",
    example: constrainedExample(
      "dns",
      { excluded: ["example.org"] },
      { alternativeNames: [{ form: "dns", value: "www..example.com" }] },
    ),
    codes: ["name-constraints-violated"],
    applies: ({ details: { name } }) =>
      !/[@/=]/.test(String(name)) && readHostName(String(name).replace(/^\*\./, "")) === undefined,
  },
  {
    why: "a wildcard stands for an excluded host, too (CVE-2025-61727); OpenSSL compares the asterisk",
    example: constrainedExample(
      "dns",
      { excluded: ["www.example.com"] },
      { alternativeNames: [{ form: "dns", value: "*.example.com" }] },
    ),
    codes: ["name-constraints-violated"],
    applies: ({ details: { name } }) => String(name).startsWith("*."),
  },
  {
    why: "nothing stands for every host in mailboxes and URIs as it does in DNS names; to OpenSSL it is a host without a name",
    example: constrainedExample(
      "uri",
      { excluded: [""] },
      { alternativeNames: [{ form: "uri", value: "https://example.com/" }] },
    ),
    codes: ["name-constraints-violated"],
    applies: ({ path, details: { name } }) => {
      const type = String(name).includes("://") ? "uri" : "email";
      return path.some(({ extensions }) =>
        extensions.nameConstraints?.excluded.some(
          (base) => base.type === type && base.value === "",
        ),
      );
    },
  },
  {
    why: "the host of a URI ends before its path or query, and begins after its user; OpenSSL sees another host, which is not excluded",
    example: constrainedExample(
      "uri",
      { excluded: ["example.com"] },
      { alternativeNames: [{ form: "uri", value: "https://joe@example.com/" }] },
    ),
    codes: ["name-constraints-violated"],
    applies: ({ details: { name } }) =>
      /^\w+:\/\/(?:[^/?#]*@|[^/?#]*[?#]|[^/]*\/[^/]*:)/.test(String(name)),
  },
  {
    why: "a URI whose host is an IP address cannot be constrained (RFC 5280 4.2.1.10); OpenSSL takes it for a host",
    example: constrainedExample(
      "uri",
      { excluded: ["example.com"] },
      { alternativeNames: [{ form: "uri", value: "https://10.0.0.1/" }] },
    ),
    codes: ["name-constraints-violated"],
    applies: ({ details: { name } }) => {
      const host = /^\w+:\/\/([^/:]*)/.exec(String(name))?.[1];
      return host !== undefined && (isNumericHost(host) || host.startsWith("["));
    },
  },
  {
    why: "names are compared by Unicode (RFC 5280 7.1); OpenSSL folds ASCII alone, and finds another name that is not excluded",
    example: constrainedExample(
      "directory",
      { excluded: ["O=Exämple"] },
      { subject: "O=EXÄMPLE/CN=a" },
    ),
    codes: ["name-constraints-violated"],
    applies: ({ details: { name } }) => /Ä/i.test(String(name)),
  },
  {
    why: "the common name and the mailboxes of the subject name nobody beside alternative names (RFC 9525 2); OpenSSL asks them",
    example: exampleChain(
      { peer: { type: "dns", value: "www.example.com" } },
      {},
      { subject: "O=Example/CN=www.example.com" },
    ),
    codes: ["peer-name-mismatch"],
    applies: ({ certificate, question }) => {
      const type = question.peer?.type;
      const names = certificate?.extensions.subjectAltName ?? [];
      return (
        (type === "dns" || type === "email") && names.every((presented) => presented.type !== type)
      );
    },
  },
  {
    why: "a wildcard is a whole label (RFC 9525 6.3); OpenSSL takes one that stands for a part",
    example: exampleChain(
      { peer: { type: "dns", value: "www.example.com" } },
      {},
      { alternativeNames: [{ form: "dns", value: "w*.example.com" }] },
    ),
    codes: ["peer-name-mismatch"],
    applies: ({ certificate, question }) =>
      question.peer?.type === "dns" &&
      (certificate?.extensions.subjectAltName ?? []).some(
        (name) => name.type === "dns" && name.value === "w*.example.com",
      ),
  },
  strictRule("serial-number-not-positive", "RFC 5280 4.1.2.2", [
    {},
    { oddities: ["has the serial number zero"] },
  ]),
  strictRule("serial-number-too-long", "RFC 5280 4.1.2.2", [
    {},
    { oddities: ["has a serial number of 21 octets"] },
  ]),
  strictRule("certificate-version-1", "RFC 5280 4.1.2.1", [{}, { oddities: ["is of version 1"] }]),
  {
    why: "an anchor that is no root was issued, so the strict profile asks it for its issuer's key; -x509_strict asks no anchor",
    example: {
      ...exampleChain(
        { isStrict: true },
        {},
        { oddities: ["names another authority's certificate"] },
        {},
      ),
      anchor: 1,
    },
    codes: ["authority-key-identifier-missing"],
    applies: ({ isAnchor, certificate }) => isAnchor && certificate?.isSelfIssued === false,
  },
  strictRule("alternative-name-malformed", "RFC 5280 4.2.1.6", [
    {},
    { alternativeNames: [{ form: "dns", value: "host_1.example.com" }] },
  ]),
  strictRule("name-constraint-leading-period", "RFC 5280 4.2.1.10", [
    { nameConstraints: permittedHosts(".example.com", { isCritical: true }) },
    {},
  ]),
  strictRule("name-constraints-not-critical", "RFC 5280 4.2.1.10", [
    { nameConstraints: permittedHosts("example.com", { isCritical: false }) },
    {},
  ]),
  strictRule("name-constraints-in-end-entity", "RFC 5280 4.2.1.10", [
    {},
    { nameConstraints: permittedHosts("example.com", { isCritical: true }) },
  ]),
];

/** A rule of RFC 5280 section 4 that `-x509_strict` does not know. */
function strictRule(
  code: ReasonCode,
  section: string,
  certificates: readonly Partial<CertificateRecipe>[],
): EngineDifference {
  return {
    why: `the strict profile refuses more than -x509_strict: ${code} (${section})`,
    example: exampleChain({ isStrict: true }, ...certificates),
    codes: [code],
    applies: ({ recipe, question }) =>
      question.isStrict && isExplainedWhen(recipe, { ...question, isStrict: false }),
  };
}

function permittedHosts(
  base: string,
  { isCritical }: { readonly isCritical: boolean },
): ConstraintsRecipe {
  return {
    permitted: [{ form: "dns", value: base }],
    excluded: [],
    isCritical,
    hasMaximum: false,
  };
}

/** Every refusal of the engine: one for each path that it tried. */
export function refusalsOf(
  recipe: ChainRecipe,
  { leaf, pool, anchor }: MadeChain,
  verdict: RefusedChain | undefined,
): readonly Refusal[] {
  const malformations = [leaf, ...pool, anchor]
    .map(({ der }) => parseCertificate(der))
    .filter((result) => typeof result === "string");
  const attempts = [...(verdict?.tried ?? []), { path: [], reason: verdict?.reason }];
  return attempts.map(({ path, reason }) => {
    const index = reason?.certificateIndex ?? path.length;
    return {
      recipe,
      question: recipe.question,
      code: reason?.code ?? "anchor-unreadable",
      details: reason?.details ?? {},
      certificate: path[index],
      isAnchor: index === path.length - 1,
      path,
      malformations,
    };
  });
}

/** Why the engine refuses a chain that OpenSSL accepts; nothing where no known difference explains it. */
export function explainRefusal(
  recipe: ChainRecipe,
  chain: MadeChain,
  verdict: RefusedChain | undefined,
): readonly string[] {
  // The path that OpenSSL took is one of those that the engine tried.
  return refusalsOf(recipe, chain, verdict).flatMap((refusal) =>
    engineDifferences
      .filter(({ codes, applies }) => codes.includes(refusal.code) && applies(refusal))
      .map(({ why }) => why),
  );
}

/** Whether with less about it the engine accepts the chain, or refuses it for another known reason. */
function isExplainedWhen(
  recipe: ChainRecipe,
  question: Question,
  change: (certificate: CertificateRecipe, place: number) => CertificateRecipe = (same) => same,
): boolean {
  const changed = { ...recipe, question, certificates: recipe.certificates.map(change) };
  if (JSON.stringify(changed) === JSON.stringify(recipe)) return false;
  const chain = makeChain(changed);
  const verdict = askEngine(chain, question);
  return verdict?.outcome === "verified" || explainRefusal(changed, chain, verdict).length > 0;
}

function withoutPolicies(certificate: CertificateRecipe): CertificateRecipe {
  return without(certificate, ["policies", "mappings", "policyConstraints", "inhibitAny"]);
}

function without(
  certificate: CertificateRecipe,
  fields: readonly ("policies" | "mappings" | "policyConstraints" | "inhibitAny")[],
): CertificateRecipe {
  const kept = Object.entries(certificate).filter(
    ([field]) => !(fields as readonly string[]).includes(field),
  );
  return Object.fromEntries(kept) as unknown as CertificateRecipe;
}
