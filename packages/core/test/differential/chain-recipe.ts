import fc from "fast-check";

import type { SignatureSchemeName, TestKeyAlgorithm } from "@mtls-shield/testkit";

import type { PeerName } from "../../src/path/peer-name.ts";
import { oddityNames, type OddityName } from "./oddities.ts";
import { nameForms, namesOf, subjects, subtreesOf } from "./name-universe.ts";
import { anyPolicy, policyA, policyB, policyC } from "./policy-names.ts";
import type { WrittenName } from "./written-name.ts";

/** A chain and a question about it, as plain values that a failing test can print. */
export interface ChainRecipe {
  /** The root first, the leaf last. */
  readonly certificates: readonly CertificateRecipe[];
  /** Which of them is the anchor: 0 is the root. */
  readonly anchor: number;
  /** Certificates beside the chain that the verifier is given as well. */
  readonly extras: readonly ExtraRecipe[];
  readonly question: Question;
}

export interface CertificateRecipe {
  readonly key: TestKeyAlgorithm;
  /** How it is signed; by default what suits the issuer's key. */
  readonly scheme?: SignatureSchemeName;
  /** As `writeName` takes it; undefined: the name of its issuer. */
  readonly subject: string | undefined;
  readonly oddities: readonly OddityName[];
  readonly alternativeNames?: readonly WrittenName[];
  readonly nameConstraints?: ConstraintsRecipe;
  readonly policies?: readonly string[];
  readonly mappings?: readonly (readonly [string, string])[];
  readonly policyConstraints?: readonly [explicit: number | undefined, mapping: number | undefined];
  readonly inhibitAny?: number;
}

export interface ConstraintsRecipe {
  readonly permitted: readonly WrittenName[];
  readonly excluded: readonly WrittenName[];
  readonly isCritical: boolean;
  /** Every subtree has a maximum. */
  readonly hasMaximum: boolean;
}

/** What may lie beside a chain. */
export type ExtraRecipe =
  /** A certificate of the same name and key as the one at `place`, issued by a root that nobody trusts. */
  | { readonly kind: "cross-certificate"; readonly place: number }
  /** A certificate of the same name as the one at `place`, with another key. */
  | { readonly kind: "namesake"; readonly place: number; readonly oddities: readonly OddityName[] }
  /** The one at `place` once more, issued anew with the same key. */
  | { readonly kind: "reissue"; readonly place: number; readonly oddities: readonly OddityName[] };

export interface Question {
  readonly purpose: "client" | "server" | "any";
  readonly isStrict: boolean;
  readonly peer?: PeerName;
  readonly policies?: {
    readonly accepted: readonly string[] | undefined;
    readonly requireExplicit: boolean;
    readonly inhibitMapping: boolean;
    readonly inhibitAny: boolean;
  };
  /** Intermediates at most. */
  readonly pathLength?: number;
}

const digit = (max: number) => fc.integer({ min: 0, max });
/** True once in `count` times. */
const oneIn = (count: number) => digit(count - 1).map((value) => value === 0);
/** A value once in `count` times. */
const rarely = <T>(value: fc.Arbitrary<T>, count: number): fc.Arbitrary<T | undefined> =>
  oneIn(count).chain((is) => (is ? value : fc.constant(undefined)));

const plainQuestion = fc.record({
  purpose: fc.constantFrom("client" as const, "client" as const, "server" as const, "any" as const),
  isStrict: oneIn(3),
});

/** Subjects of a chain of `length`, the root's first; some are the issuer's own. */
function subjectsOf(length: number): fc.Arbitrary<readonly (string | undefined)[]> {
  return fc
    .array(oneIn(8), { minLength: length, maxLength: length })
    .map((selfIssued) =>
      selfIssued.map((isSelfIssued, place) =>
        isSelfIssued && place > 0 ? undefined : `O=Example/CN=${place}`,
      ),
    );
}

const plain = (subject: string | undefined): CertificateRecipe => ({
  key: "ecdsa-p256",
  subject,
  oddities: [],
});

/** Chains of 1 to 5 certificates, a root that is its own leaf included. */
const plainChain = fc
  .integer({ min: 0, max: 19 })
  .map((value) => (value === 0 ? 1 : 2 + (value % 4)))
  .chain(subjectsOf)
  .map((names) => names.map(plain));

/** The leaf has usages for whatever it is asked for. */
const usages: Readonly<Record<Question["purpose"], OddityName>> = {
  client: "is for clients",
  server: "is for servers",
  any: "names no usages",
};

export function withUsage(recipe: ChainRecipe): ChainRecipe {
  const { certificates, question } = recipe;
  const leaf = certificates.at(-1)!;
  return {
    ...recipe,
    certificates: [
      ...certificates.slice(0, -1),
      { ...leaf, oddities: [usages[question.purpose], ...leaf.oddities] },
    ],
  };
}

function change(
  certificates: readonly CertificateRecipe[],
  place: number,
  update: (certificate: CertificateRecipe) => CertificateRecipe,
): readonly CertificateRecipe[] {
  const at = place % certificates.length;
  return certificates.map((certificate, index) =>
    index === at ? update(certificate) : certificate,
  );
}

const placedOddities = (maxLength: number) =>
  fc.array(fc.tuple(digit(4), fc.constantFrom(...oddityNames)), { maxLength });

function addOddities(
  certificates: readonly CertificateRecipe[],
  placed: readonly (readonly [number, OddityName])[],
): readonly CertificateRecipe[] {
  return placed.reduce(
    (changed, [place, oddity]) =>
      change(changed, place, (one) => ({ ...one, oddities: [...one.oddities, oddity] })),
    certificates,
  );
}

/** The leaf has an alternative name alone. */
function withoutSubject(chain: readonly CertificateRecipe[]): readonly CertificateRecipe[] {
  const alternativeNames = [{ form: "dns", value: "example.com" }] as const;
  return change(chain, chain.length - 1, (leaf) => ({ ...leaf, subject: "", alternativeNames }));
}

/** Validity, basic constraints, usages, key identifiers, extensions: one or two oddities anywhere. */
const oddChain: fc.Arbitrary<ChainRecipe> = fc
  .record({
    chain: plainChain,
    placed: placedOddities(2),
    question: plainQuestion,
    pathLength: rarely(digit(2), 8),
    isNameless: oneIn(10),
  })
  .map(({ chain, placed, question, pathLength, isNameless }) =>
    withUsage({
      certificates: addOddities(isNameless ? withoutSubject(chain) : chain, placed),
      anchor: 0,
      extras: [],
      question: pathLength === undefined ? question : { ...question, pathLength },
    }),
  );

/** Names of every form below constraints of one or two forms. */
const constrainedChain: fc.Arbitrary<ChainRecipe> = fc
  .subarray([...nameForms], { minLength: 1, maxLength: 2 })
  .chain((forms) => {
    const name = fc.oneof(...forms.map(namesOf));
    const subtree = fc.oneof(...forms.map(subtreesOf));
    const constraints: fc.Arbitrary<ConstraintsRecipe> = fc
      .record({
        permitted: fc.array(subtree, { maxLength: 3 }),
        excluded: fc.array(subtree, { maxLength: 1 }),
        isCritical: oneIn(2),
        hasMaximum: oneIn(25),
      })
      .filter(({ permitted, excluded }) => permitted.length + excluded.length > 0);
    return fc.record({
      chain: fc
        .integer({ min: 2, max: 4 })
        .chain(subjectsOf)
        .map((names) => names.map(plain)),
      constraints: fc.array(fc.tuple(digit(4), constraints), { minLength: 1, maxLength: 2 }),
      subjects: fc.array(fc.tuple(digit(4), subjects), { maxLength: 2 }),
      leafNames: fc.array(name, { maxLength: 2 }),
      authorityNames: rarely(fc.tuple(digit(4), name), 6),
      placed: oneIn(12).chain((is) => placedOddities(is ? 1 : 0)),
      question: plainQuestion,
    });
  })
  .map(({ chain, constraints, leafNames, authorityNames, placed, question, ...more }) => {
    const authorities = chain.length - 1;
    let certificates: readonly CertificateRecipe[] = chain;
    for (const [place, nameConstraints] of constraints) {
      certificates = change(certificates, place % authorities, (one) => ({
        ...one,
        nameConstraints,
      }));
    }
    for (const [place, subject] of more.subjects) {
      certificates = change(certificates, place === 4 ? authorities : place, (one) => ({
        ...one,
        subject,
      }));
    }
    if (authorityNames !== undefined) {
      const [place, name] = authorityNames;
      certificates = change(certificates, place, (one) => ({ ...one, alternativeNames: [name] }));
    }
    if (leafNames.length > 0) {
      certificates = change(certificates, authorities, (one) => ({
        ...one,
        alternativeNames: leafNames,
      }));
    }
    return withUsage({
      certificates: addOddities(certificates, placed),
      anchor: 0,
      extras: [],
      question,
    });
  });

const policyNames = [policyA, policyB, policyC];
const policy = fc.constantFrom(policyA, policyA, policyA, policyB, policyC, anyPolicy);
const skip = digit(3);

/** Policies in most certificates, mappings and constraints in some, and inputs of every kind. */
const policyChain: fc.Arbitrary<ChainRecipe> = fc
  .integer({ min: 2, max: 5 })
  .chain((length) =>
    fc.record({
      names: subjectsOf(length),
      stated: fc.array(
        fc.record({
          policies: fc.oneof(
            { weight: 1, arbitrary: fc.constant(undefined) },
            { weight: 3, arbitrary: fc.constant([anyPolicy]) },
            { weight: 8, arbitrary: fc.uniqueArray(policy, { minLength: 1, maxLength: 3 }) },
          ),
          mappings: rarely(
            fc.array(fc.tuple(fc.constantFrom(...policyNames), fc.constantFrom(...policyNames)), {
              minLength: 1,
              maxLength: 2,
            }),
            3,
          ),
          policyConstraints: rarely(
            fc.oneof(
              fc.tuple(skip, fc.constant(undefined)),
              fc.tuple(fc.constant(undefined), skip),
              fc.tuple(skip, skip),
            ),
            5,
          ),
          inhibitAny: rarely(skip, 6),
        }),
        { minLength: length, maxLength: length },
      ),
      mapsAny: rarely(fc.tuple(digit(4), fc.boolean()), 25),
      placed: oneIn(12).chain((is) => placedOddities(is ? 1 : 0)),
      question: plainQuestion,
      policies: fc.option(
        fc.record({
          accepted: fc.option(fc.uniqueArray(policy, { minLength: 1, maxLength: 2 }), {
            nil: undefined,
            freq: 3,
          }),
          requireExplicit: fc.boolean(),
          inhibitMapping: oneIn(6),
          inhibitAny: oneIn(6),
        }),
        { nil: undefined },
      ),
    }),
  )
  .map(({ names, stated, mapsAny, placed, question, policies }) => {
    let certificates: readonly CertificateRecipe[] = names.map((subject, place) => {
      const { policies: own, mappings, policyConstraints, inhibitAny } = stated[place]!;
      return {
        ...plain(subject),
        ...(own && { policies: own }),
        ...(mappings && { mappings }),
        ...(policyConstraints && { policyConstraints }),
        ...(inhibitAny !== undefined && { inhibitAny }),
      };
    });
    if (mapsAny !== undefined) {
      const [place, isSubject] = mapsAny;
      const [from, to] = [policyA, anyPolicy];
      const mappings = [isSubject ? ([from, to] as const) : ([to, from] as const)];
      certificates = change(certificates, place, (one) => ({ ...one, mappings }));
    }
    return withUsage({
      certificates: addOddities(certificates, placed),
      anchor: 0,
      extras: [],
      question: policies === undefined ? question : { ...question, policies },
    });
  });

const extra: fc.Arbitrary<ExtraRecipe> = fc.oneof(
  fc.record({ kind: fc.constant("cross-certificate" as const), place: digit(3) }),
  fc.record({
    kind: fc.constantFrom("namesake" as const, "reissue" as const),
    place: digit(3),
    oddities: fc.array(fc.constantFrom(...oddityNames), { maxLength: 1 }),
  }),
);

/** More certificates than the chain needs, and anchors that are no roots. */
const meshedChain: fc.Arbitrary<ChainRecipe> = fc
  .record({
    chain: fc
      .integer({ min: 3, max: 5 })
      .chain(subjectsOf)
      .map((names) => names.map(plain)),
    anchor: digit(5).map((value) => Math.max(0, value - 2)),
    extras: fc.array(extra, { maxLength: 3 }),
    placed: oneIn(2).chain((is) => placedOddities(is ? 2 : 0)),
    question: plainQuestion,
  })
  .map(({ chain, anchor, extras, placed, question }) =>
    withUsage({
      certificates: addOddities(chain, placed),
      anchor: Math.min(anchor, chain.length - 2),
      extras,
      question,
    }),
  );

/** Keys and the schemes that they sign with; some are too weak or unknown. */
const signatures = [
  ["ecdsa-p256", "ecdsa-sha256"],
  ["ecdsa-p256", "ecdsa-sha384"],
  ["ecdsa-p256", "ecdsa-sha1"],
  ["ecdsa-p384", "ecdsa-sha384"],
  ["ecdsa-p521", "ecdsa-sha512"],
  ["ecdsa-secp256k1", "ecdsa-sha256"],
  ["ecdsa-p256-explicit", "ecdsa-sha256"],
  ["ed25519", "ed25519"],
  ["ed448", "ed448"],
  ["rsa-1024", "rsa-sha256"],
  ["rsa-2048", "rsa-sha256"],
  ["rsa-2048", "rsa-sha384"],
  ["rsa-2048", "rsa-sha512"],
  ["rsa-2048", "rsa-sha1"],
  ["rsa-2048", "rsa-md5"],
  ["rsa-2048", "rsa-pss-sha256"],
  ["rsa-2048", "rsa-pss-sha1"],
] as const satisfies readonly (readonly [TestKeyAlgorithm, SignatureSchemeName])[];

const signedChain: fc.Arbitrary<ChainRecipe> = fc
  .record({
    chain: fc
      .integer({ min: 2, max: 4 })
      .chain(subjectsOf)
      .map((names) => names.map(plain)),
    signatures: fc.array(fc.constantFrom(...signatures), { minLength: 4, maxLength: 4 }),
    altered: rarely(digit(3), 4),
    question: plainQuestion,
  })
  .map(({ chain, signatures: chosen, altered, question }) => {
    let certificates: readonly CertificateRecipe[] = chain.map((certificate, place) => ({
      ...certificate,
      key: chosen[place]![0],
      scheme: chosen[Math.max(0, place - 1)]![1],
    }));
    if (altered !== undefined) {
      certificates = addOddities(certificates, [[altered, "has an altered signature"]]);
    }
    return withUsage({ certificates, anchor: 0, extras: [], question });
  });

const peers: fc.Arbitrary<PeerName> = fc.oneof(
  fc.record({
    type: fc.constant("dns" as const),
    value: fc.constantFrom(
      ...["example.com", "www.example.com", "WWW.Example.com", "a.www.example.com", "localhost"],
      ...["example.com.", "a.example", "xn--a.example.com", "com"],
    ),
  }),
  fc.record({
    type: fc.constant("ip" as const),
    value: fc.constantFrom("10.0.0.1", "192.168.0.1", "2001:db8::1", "::ffff:10.0.0.1"),
  }),
  fc.record({
    type: fc.constant("email" as const),
    value: fc.constantFrom("joe@example.com", "Joe@example.com", "joe@EXAMPLE.com", "a@b.example"),
  }),
);

/** Leafs of many names, of which one is asked for. */
const namedChain: fc.Arbitrary<ChainRecipe> = fc
  .record({
    names: subjectsOf(2),
    subject: fc.option(subjects),
    alternativeNames: fc.array(
      fc.oneof(
        ...(["dns", "ip", "email"] as const).map(namesOf),
        peers
          .filter(({ type }) => type !== "ip")
          .map(({ type, value }) => ({ form: type as "dns" | "email", value })),
        fc
          .constantFrom(
            "*.example",
            "*.example.com",
            "w*.example.com",
            "*.com",
            "*",
            "*.www.example.com",
          )
          .map((value) => ({ form: "dns" as const, value })),
      ),
      { maxLength: 3 },
    ),
    question: plainQuestion,
    peer: peers,
    holdsPeer: fc.boolean(),
  })
  .map(({ names, subject, question, peer, holdsPeer, ...more }) => {
    const alternativeNames =
      holdsPeer && peer.type !== "ip"
        ? [...more.alternativeNames, { form: peer.type, value: peer.value }]
        : more.alternativeNames;
    const [root, leaf] = names.map(plain);
    return withUsage({
      certificates: [
        root!,
        {
          ...leaf!,
          ...(subject !== null && { subject }),
          ...(alternativeNames.length > 0 && { alternativeNames }),
        },
      ],
      anchor: 0,
      extras: [],
      question: { ...question, peer },
    });
  });

export const families = {
  odd: oddChain,
  constrained: constrainedChain,
  policy: policyChain,
  meshed: meshedChain,
  signed: signedChain,
  named: namedChain,
} as const;

export const chainRecipes: fc.Arbitrary<ChainRecipe> = fc.oneof(
  { weight: 4, arbitrary: oddChain },
  { weight: 6, arbitrary: constrainedChain },
  { weight: 4, arbitrary: policyChain },
  { weight: 3, arbitrary: meshedChain },
  { weight: 2, arbitrary: signedChain },
  { weight: 2, arbitrary: namedChain },
);
