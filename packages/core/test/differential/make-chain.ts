import {
  authority,
  der,
  extensions as write,
  testKeyPair,
  type CertificateChanges,
  type TestAuthority,
  type TestCertificate,
  type TestKeyAlgorithm,
  type TestKeyPair,
} from "@mtls-shield/testkit";

import { nameConstraints } from "../general-names.ts";
import type {
  CertificateRecipe,
  ChainRecipe,
  ConstraintsRecipe,
  ExtraRecipe,
} from "./chain-recipe.ts";
import { joinOddities, now } from "./oddities.ts";
import { writeGeneralName, writeName } from "./written-name.ts";

/** A chain with what lies beside it. */
export interface MadeChain {
  readonly leaf: TestCertificate;
  readonly pool: readonly TestCertificate[];
  readonly anchor: TestCertificate;
}

const clock = () => now;
const keys = new Map<string, TestKeyPair>();

/** One key for each place, whatever the chain: making keys takes longest. */
function keyPair(algorithm: TestKeyAlgorithm, place: number | string): TestKeyPair {
  const name = `${algorithm} ${place}`;
  const known = keys.get(name) ?? testKeyPair(algorithm);
  keys.set(name, known);
  return known;
}

export function makeChain({ certificates, anchor, extras }: ChainRecipe): MadeChain {
  const [rootRecipe, ...below] = certificates;
  const authorities = [authority({ clock, ...changesOf(rootRecipe!, 0) })];
  if (below.length === 0) {
    const { certificate } = authorities[0]!;
    return { leaf: certificate, pool: [], anchor: certificate };
  }
  const leafRecipe = below.pop()!;
  for (const [index, recipe] of below.entries()) {
    const issuer = authorities[index]!;
    authorities.push(issuer.intermediate(named(issuer, changesOf(recipe, index + 1))));
  }
  const issuer = authorities.at(-1)!;
  const { leaf } = issuer.client(named(issuer, changesOf(leafRecipe, authorities.length)));
  const chain = authorities.map(({ certificate }) => certificate);
  return {
    leaf,
    pool: [
      ...extras.map((extra) => makeExtra(extra, authorities, certificates)),
      ...chain.filter((_, place) => place !== anchor).reverse(),
    ],
    anchor: chain[anchor]!,
  };
}

function makeExtra(
  extra: ExtraRecipe,
  authorities: readonly TestAuthority[],
  recipes: readonly CertificateRecipe[],
): TestCertificate {
  const place = extra.place % authorities.length;
  const original = authorities[place]!.certificate;
  const { subject } = original.parts;
  switch (extra.kind) {
    case "cross-certificate": {
      const other = authority({
        clock,
        commonName: "Other Root",
        keyPair: keyPair("ecdsa-p256", "x"),
      });
      return other.intermediate({ subject, keyPair: original }).certificate;
    }
    case "namesake": {
      const changes = {
        subject,
        keyPair: keyPair("ecdsa-p256", "y"),
        ...joinOddities(extra.oddities),
      };
      return reissue(authorities, place, changes);
    }
    case "reissue": {
      const { oddities } = recipes[place]!;
      const changes = {
        subject,
        keyPair: original,
        ...joinOddities([...oddities, ...extra.oddities]),
      };
      return reissue(authorities, place, changes);
    }
  }
}

function reissue(
  authorities: readonly TestAuthority[],
  place: number,
  changes: CertificateChanges,
): TestCertificate {
  const issuer = authorities[place - 1];
  if (issuer === undefined) return authority({ clock, ...changes }).certificate;
  return issuer.intermediate(changes).certificate;
}

/** Self-issued, where the recipe gives no subject. */
function named(issuer: TestAuthority, changes: CertificateChanges): CertificateChanges {
  return { subject: issuer.certificate.parts.subject, ...changes };
}

function changesOf(recipe: CertificateRecipe, place: number): CertificateChanges {
  const { subject, scheme, policies, mappings, inhibitAny, alternativeNames } = recipe;
  const odd = joinOddities(recipe.oddities);
  const [requireExplicitPolicy, inhibitPolicyMapping] = recipe.policyConstraints ?? [];
  const more = [
    policies && write.certificatePolicies(...policies),
    mappings && write.policyMappings(...mappings),
    (requireExplicitPolicy ?? inhibitPolicyMapping) !== undefined &&
      write.policyConstraints({
        ...(requireExplicitPolicy !== undefined && { requireExplicitPolicy }),
        ...(inhibitPolicyMapping !== undefined && { inhibitPolicyMapping }),
      }),
    inhibitAny === undefined ? undefined : write.inhibitAnyPolicy(inhibitAny),
    recipe.nameConstraints && writeConstraints(recipe.nameConstraints),
    alternativeNames &&
      write.extension(
        write.extensionOids.subjectAltName,
        der.sequence(...alternativeNames.map(writeGeneralName)),
        { critical: subject === "" },
      ),
  ].filter((extension) => extension instanceof Uint8Array);
  return {
    ...odd,
    keyPair: keyPair(recipe.key, place),
    ...(subject !== undefined && { subject: writeName(subject) }),
    ...(scheme && { signatureScheme: scheme }),
    moreExtensions: [...(odd.moreExtensions ?? []), ...more],
  };
}

function writeConstraints(recipe: ConstraintsRecipe): Uint8Array {
  const { permitted, excluded, isCritical, hasMaximum } = recipe;
  const value = nameConstraints({
    ...(permitted.length > 0 && { permitted: permitted.map(writeGeneralName) }),
    ...(excluded.length > 0 && { excluded: excluded.map(writeGeneralName) }),
    ...(hasMaximum && { distance: der.primitive(1, der.bytes(3)) }),
  });
  return write.extension(write.extensionOids.nameConstraints, value, { critical: isCritical });
}
