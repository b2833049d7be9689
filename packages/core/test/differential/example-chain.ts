import {
  withUsage,
  type CertificateRecipe,
  type ChainRecipe,
  type Question,
} from "./chain-recipe.ts";
import type { WrittenName } from "./written-name.ts";

/** A certificate of an example: what is left out is sound. */
type ExampleCertificate = Partial<CertificateRecipe>;

/** A chain that shows one difference: the root first, the leaf last. */
export function exampleChain(
  question: Partial<Question>,
  ...certificates: readonly ExampleCertificate[]
): ChainRecipe {
  return withUsage({
    certificates: certificates.map((changes, place) => ({
      key: "ecdsa-p256",
      subject: `O=Example/CN=${place}`,
      oddities: [],
      ...changes,
    })),
    anchor: 0,
    extras: [],
    question: { purpose: "client", isStrict: false, ...question },
  });
}

/** Name constraints of an authority that stands above one leaf: permitted and excluded bases of one form. */
export function constrainedExample(
  form: WrittenName["form"],
  bases: { readonly permitted?: readonly string[]; readonly excluded?: readonly string[] },
  leaf: ExampleCertificate,
): ChainRecipe {
  const write = (values: readonly string[] = []) => values.map((value) => ({ form, value }));
  const nameConstraints = {
    permitted: write(bases.permitted),
    excluded: write(bases.excluded),
    isCritical: true,
    hasMaximum: false,
  };
  return exampleChain({}, { nameConstraints }, leaf);
}

/** That one policy has to hold. */
export function requiredPolicy(policy: string): NonNullable<Question["policies"]> {
  return { accepted: [policy], requireExplicit: true, inhibitMapping: false, inhibitAny: false };
}
