import {
  crlDistributionPoints,
  der,
  type CrlPoint,
  type CrlScope,
  type ReasonFlagName,
} from "@mtls-shield/testkit";

import { listSignerName } from "./names.ts";
import type { PointsName, ScopeName } from "./situation.ts";

/** Where the list is that is about the root alone. */
export const rootOnly = { uris: ["http://lists.example/root"] } as const;

const placeA: CrlPoint = { uris: ["http://lists.example/a"] };
const placeB: CrlPoint = { uris: ["http://lists.example/b"] };
const someReasons = ["keyCompromise", "cACompromise", "aACompromise"] as const;
const otherReasons = [
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  "privilegeWithdrawn",
] as const satisfies readonly ReasonFlagName[];
const part = der.sequence(der.oid("2.5.4.3"), der.utf8String("Part"));

const points: Readonly<Record<PointsName, readonly CrlPoint[]>> = {
  none: [],
  A: [placeA],
  B: [placeB],
  "A and B": [placeA, placeB],
  "A for some reasons": [{ ...placeA, reasons: someReasons }],
  "A for some reasons, B for the others": [
    { ...placeA, reasons: someReasons },
    { ...placeB, reasons: otherReasons },
  ],
  "by name, relative": [{ relative: [part] }],
  "A, by the list signer": [{ ...placeA, crlIssuers: [listSignerName] }],
  "by the list signer": [{ crlIssuers: [listSignerName] }],
};

/** The extension of a certificate, if it has one. */
export function pointsOf(name: PointsName): readonly Uint8Array[] {
  return points[name].length === 0 ? [] : [crlDistributionPoints(...points[name])];
}

/** The scope of a list; undefined: everything. */
export function scopeOf(name: ScopeName, issuer: Uint8Array): CrlScope | undefined {
  const others = { indirect: true } as const;
  const scopes: Readonly<Record<ScopeName, CrlScope | undefined>> = {
    "nothing in particular": undefined,
    users: { onlyUsers: true },
    authorities: { onlyAuthorities: true },
    attributes: { onlyAttributes: true },
    "users and authorities": { onlyUsers: true, onlyAuthorities: true },
    A: placeA,
    B: placeB,
    "A or B": { uris: [...placeA.uris!, ...placeB.uris!] },
    "users at A": { ...placeA, onlyUsers: true },
    "a directory name": {
      directoryNames: [der.sequence(der.contentOf(issuer), der.set(part))],
    },
    "some reasons": { onlyReasons: someReasons },
    "the other reasons": { onlyReasons: otherReasons },
    "some reasons at A": { ...placeA, onlyReasons: someReasons },
    "the other reasons at B": { ...placeB, onlyReasons: otherReasons },
    "certificates of others too": others,
    "certificates of others too, at A": { ...placeA, ...others },
    "certificates of others too, for some reasons": { onlyReasons: someReasons, ...others },
  };
  return scopes[name];
}
