import {
  asVersion1,
  certificateList,
  extensions as write,
  der,
  freshestCrl,
  signatureScheme,
  type CrlChanges,
  type CrlEntryChanges,
  type RawCrlParts,
  type TestCertificate,
  type TestCrl,
} from "@mtls-shield/testkit";

import { now } from "../oddities.ts";
import { helperSerialNumber, type ListSigners } from "./list-signers.ts";
import { authorityName, otherName } from "./names.ts";
import { scopeOf } from "./places.ts";
import type { DatesName, EntryRecipe, ListOddity, ListRecipe } from "./situation.ts";

/** An authority, by its place in the chain. */
export interface ListedAuthority {
  readonly place: number;
  /** The one that it has issued in the chain. */
  readonly certificate: TestCertificate;
  readonly signers: ListSigners;
}

const secondMs = 1_000;
const dayMs = 86_400_000;

const dates: Readonly<Record<DatesName, Pick<CrlChanges, "thisUpdate" | "nextUpdate">>> = {
  current: { thisUpdate: now - dayMs, nextUpdate: now + dayMs },
  expired: { thisUpdate: now - 2 * dayMs, nextUpdate: now - dayMs },
  "in its last second": { thisUpdate: now - dayMs, nextUpdate: now },
  "valid in half a minute": { thisUpdate: now + 30 * secondMs, nextUpdate: now + dayMs },
  "not valid yet": { thisUpdate: now + dayMs, nextUpdate: now + 2 * dayMs },
};

/** A list, and its delta if it has one. */
export function makeLists(recipe: ListRecipe, listed: ListedAuthority): readonly TestCrl[] {
  const { delta, number = 10, ...rest } = recipe;
  const list = makeList(rest, listed, { crlNumber: number });
  if (delta === undefined) return [list];
  const { ahead = 1, baseAhead = 0, isByNamesake = false, ...ofDelta } = delta;
  const { signer, issuer, scope } = rest;
  const inherited = {
    ...(signer && { signer }),
    ...(issuer && { issuer }),
    ...(scope && { scope }),
    ...(isByNamesake && { signer: "a namesake" as const }),
  };
  const numbers = { crlNumber: number + ahead, baseCrlNumber: number + baseAhead };
  return [list, makeList({ ...inherited, ...ofDelta }, listed, numbers)];
}

function makeList(
  recipe: Omit<ListRecipe, "delta" | "number">,
  listed: ListedAuthority,
  numbers: { readonly crlNumber: number; readonly baseCrlNumber?: number },
): TestCrl {
  const { entries = [], oddities = [] } = recipe;
  const signer = listed.signers.find(recipe.signer ?? "the authority", listed.place);
  const issuer = recipe.issuer === undefined ? signer.parts.subject : otherName;
  const scope = scopeOf(recipe.scope ?? "nothing in particular", issuer);
  const raw = (sound: RawCrlParts) =>
    oddities.reduce((parts, oddity) => (rawOddities[oddity] ?? same)(parts), sound);
  return certificateList(signer, {
    ...numbers,
    ...dates[recipe.dates ?? "current"],
    ...(scope && { scope }),
    issuer,
    // Entries of version 1 have no extensions.
    revoked: entries.map((entry) =>
      makeEntry(oddities.includes("version 1") ? { of: entry.of } : entry, listed),
    ),
    extensions: oddities.reduce(
      (others, oddity) => ({ ...others, ...replacedExtensions[oddity]?.(numbers.crlNumber) }),
      {},
    ),
    moreExtensions: [
      ...(recipe.isFreshest === true ? [freshestCrl({ uris: ["http://lists.example/d"] })] : []),
      ...oddities.flatMap((oddity) => addedExtensions[oddity] ?? []),
    ],
    raw,
  });
}

function makeEntry(recipe: EntryRecipe, listed: ListedAuthority): CrlEntryChanges {
  const { reason, issuer, hasUnknownCritical = false } = recipe;
  return {
    ...findRevoked(recipe, listed),
    revocationDate: now - 3 * dayMs,
    ...(reason && { reason }),
    ...(issuer && {
      certificateIssuer: issuer === "the authority" ? authorityName(listed.place) : otherName,
    }),
    ...(hasUnknownCritical && { moreExtensions: [unknownExtension({ critical: true })] }),
  };
}

function findRevoked({ of: whom }: EntryRecipe, listed: ListedAuthority): CrlEntryChanges {
  switch (whom) {
    case "the certificate":
      return { certificate: listed.certificate };
    case "a helper":
      return { serialNumber: helperSerialNumber };
    case "somebody else":
      return { serialNumber: 4_711 };
  }
}

function unknownExtension({ critical }: { readonly critical: boolean }): Uint8Array {
  return write.extension("1.3.6.1.4.1.99999.1", der.integer(1), { critical });
}

const addedExtensions: Readonly<Partial<Record<ListOddity, readonly Uint8Array[]>>> = {
  "an unknown critical extension": [unknownExtension({ critical: true })],
  "an unknown extension": [unknownExtension({ critical: false })],
};

const replacedExtensions: Readonly<
  Partial<Record<ListOddity, (number: bigint | number) => NonNullable<CrlChanges["extensions"]>>>
> = {
  "no number": () => ({ crlNumber: "absent" }),
  "a critical number": (number) => ({
    crlNumber: write.extension("2.5.29.20", der.integer(number), { critical: true }),
  }),
  "no key identifier": () => ({ authorityKeyIdentifier: "absent" }),
  "another key's identifier": () => ({
    authorityKeyIdentifier: write.authorityKeyIdentifier(new Uint8Array(20)),
  }),
};

const rawOddities: Readonly<Partial<Record<ListOddity, (sound: RawCrlParts) => RawCrlParts>>> = {
  "a broken signature": (sound) => ({
    ...sound,
    alterSignature: (signature) => signature.with(-1, signature.at(-1)! ^ 1),
  }),
  "version 1": asVersion1,
  "two signature algorithms": (sound) => ({
    ...sound,
    outerSignatureAlgorithm: signatureScheme("ecdsa-sha384").algorithm,
  }),
};

function same(parts: RawCrlParts): RawCrlParts {
  return parts;
}
