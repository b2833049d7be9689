import {
  crlDistributionPoints,
  extensions,
  type CrlChanges,
  type CrlPlace,
  type CrlPoint,
  type ReasonFlagName,
} from "@mtls-shield/testkit";
import type { PkitsAuthority, PkitsChanges } from "./pkits-authority.ts";
import { attribute, pkitsName } from "./pkits-name.ts";
import type { PkitsSuite } from "./pkits-suite.ts";

const compromise: readonly ReasonFlagName[] = ["keyCompromise", "cACompromise"];
const otherReasons: readonly ReasonFlagName[] = [
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  "privilegeWithdrawn",
  "aACompromise",
];

/** PKITS 4.14 */
export function addDistributionPoints(suite: PkitsSuite): void {
  addNamedPoints(suite);
  addKinds(suite);
  addReasons(suite);
  addIndirectLists(suite);
  addSignersBelow(suite);
  addEntriesOfOthers(suite);
}

function addNamedPoints(suite: PkitsSuite): void {
  const first = "distributionPoint1 CA";
  const full = authorityOfUnit(suite, first, full1(first));
  const at = (place: CrlPlace) => full.endEntity(pointing(place));
  suite.accepts("4.14.1", "accepts by the list at the same point", at(full1(first)));
  const revoked = full.revoke(at(full1(first)));
  suite.refuses(
    "4.14.2",
    "certificate-revoked",
    "refuses who is on the list at the same point",
    revoked,
  );
  suite.refuses(
    "4.14.3",
    "revocation-unknown",
    "refuses where the list is at another point",
    at(fullName(first, "CRLx")),
  );
  suite.accepts("4.14.4", "finds a point by a relative name", at(relative("CRL1", first)));

  const second = "distributionPoint2 CA";
  const short = authorityOfUnit(suite, second, relative("CRL1", second));
  const from = (place: CrlPlace) => short.endEntity(pointing(place));
  suite.accepts("4.14.5", "accepts by two relative names", from(relative("CRL1", second)));
  const listed = short.revoke(from(relative("CRL1", second)));
  suite.refuses(
    "4.14.6",
    "certificate-revoked",
    "refuses who is on the list of a relative name",
    listed,
  );
  suite.accepts("4.14.7", "finds a relative name by a full one", from(full1(second)));
  suite.refuses(
    "4.14.8",
    "revocation-unknown",
    "refuses where the full name is another",
    from(fullName(second, "CRLx")),
  );
  suite.refuses(
    "4.14.9",
    "revocation-unknown",
    "refuses without a point by a list at one",
    short.endEntity(),
  );

  const plain = suite.anchor.subordinate(unit("No issuingDistributionPoint CA"));
  suite.accepts(
    "4.14.10",
    "accepts by a list that names no point",
    plain.endEntity(pointing(full1("No issuingDistributionPoint CA"))),
  );
}

function addKinds(suite: PkitsSuite): void {
  const users = suite.anchor.subordinate("onlyContainsUserCerts CA", {
    list: { scope: { onlyUsers: true } },
  });
  suite.refuses(
    "4.14.11",
    "revocation-unknown",
    "refuses an authority by a list of users",
    users.endAuthority(),
  );
  const authorities = suite.anchor.subordinate("onlyContainsCACerts CA", {
    list: { scope: { onlyAuthorities: true } },
  });
  suite.refuses(
    "4.14.12",
    "revocation-unknown",
    "refuses a user by a list of authorities",
    authorities.endEntity(),
  );
  suite.accepts("4.14.13", "accepts an authority by that list", authorities.endAuthority());
  const attributes = suite.anchor.subordinate("onlyContainsAttributeCerts CA", {
    list: { scope: { onlyAttributes: true } },
  });
  suite.refuses(
    "4.14.14",
    "revocation-unknown",
    "refuses by a list of attribute certificates",
    attributes.endEntity(),
  );
}

function addReasons(suite: PkitsSuite): void {
  const { anchor } = suite;
  const one = anchor.subordinate(unit("onlySomeReasons CA1"), { list: "none" });
  const compromised = one.endEntity();
  const held = one.endEntity();
  publishBoth(one, {}, {}, [compromised], [{ certificate: held, reason: "certificateHold" }]);
  suite.refuses(
    "4.14.15",
    "certificate-revoked",
    "refuses by the list of compromises",
    compromised,
  );
  suite.refuses("4.14.16", "certificate-on-hold", "refuses by the list of other reasons", held);

  const two = anchor.subordinate(unit("onlySomeReasons CA2"), { list: "none" });
  two.publish({ scope: { onlyReasons: ["affiliationChanged", "superseded"] } });
  two.publish({ scope: { onlyReasons: ["cessationOfOperation", "certificateHold"] } });
  suite.refuses(
    "4.14.17",
    "revocation-unknown",
    "refuses where no list speaks of some reasons",
    two.endEntity(),
  );

  const third = "onlySomeReasons CA3";
  const three = anchor.subordinate(unit(third), { list: "none" });
  publishBoth(three, full1(third), full1(third));
  const eighteenth = three.endEntity(pointing(full1(third)));
  suite.accepts("4.14.18", "accepts by two lists at one point", eighteenth);

  const fourth = "onlySomeReasons CA4";
  const four = anchor.subordinate(unit(fourth), { list: "none" });
  const places = [fullName(fourth, "CRL1"), fullName(fourth, "CRL2")] as const;
  const pointed = pointing(
    { ...places[0], reasons: compromise },
    { ...places[1], reasons: otherReasons },
  );
  const revoked = four.endEntity(pointed);
  const changed = four.endEntity(pointed);
  publishBoth(four, ...places, [revoked], [{ certificate: changed, reason: "affiliationChanged" }]);
  suite.accepts("4.14.19", "accepts by two lists at two points", four.endEntity(pointed));
  suite.refuses(
    "4.14.20",
    "certificate-revoked",
    "refuses by the list at the first point",
    revoked,
  );
  suite.refuses(
    "4.14.21",
    "certificate-revoked",
    "refuses by the list at the second point",
    changed,
  );
}

type Revoked = NonNullable<CrlChanges["revoked"]>;

/** One list of compromises, and one of all other reasons. */
function publishBoth(
  ca: PkitsAuthority,
  first: CrlPlace,
  second: CrlPlace,
  compromised: Revoked = [],
  others: Revoked = [],
): void {
  ca.publish({ scope: { ...first, onlyReasons: compromise }, revoked: compromised });
  ca.publish({ scope: { ...second, onlyReasons: otherReasons }, revoked: others });
}

function addIndirectLists(suite: PkitsSuite): void {
  const { anchor, good } = suite;
  const signer = anchor.subordinate(unit("indirectCRL CA1"), {
    list: { scope: { indirect: true } },
  });
  suite.accepts("4.14.22", "accepts the issuer's own by its indirect list", signer.endEntity());
  const revoked = signer.revoke(signer.endEntity());
  suite.refuses(
    "4.14.23",
    "certificate-revoked",
    "refuses the issuer's own on its indirect list",
    revoked,
  );

  const ca = anchor.subordinate(unit("indirectCRL CA2"), { list: "none" });
  const elsewhere = pointing({ crlIssuers: [signer.subject] });
  suite.accepts("4.14.24", "accepts by the list of another", ca.endEntity(elsewhere));
  const { serialNumber } = revoked.parts;
  suite.accepts(
    "4.14.25",
    "takes an entry for one of the list's own issuer",
    ca.endEntity({ ...elsewhere, raw: (sound) => ({ ...sound, serialNumber }) }),
  );
  const nobody = ca.endEntity(pointing({ crlIssuers: [unit("indirectCRL CA1X")] }));
  suite.refuses("4.14.26", "revocation-unknown", "refuses where the other does not exist", nobody);
  const direct = ca.endEntity(pointing({ crlIssuers: [good.subject] }));
  suite.refuses(
    "4.14.27",
    "revocation-unknown",
    "refuses by a list of another that is not indirect",
    direct,
  );
}

function addSignersBelow(suite: PkitsSuite): void {
  const { anchor } = suite;
  const onlyLists = {
    basicConstraints: "absent",
    keyUsage: extensions.keyUsage("cRLSign"),
  } as const;

  const third = "indirectCRL CA3";
  const ca3 = anchor.subordinate(unit(third), { list: { scope: full1(third) } });
  const signer3 = ca3.subordinate(pkitsName(["unit", third], ["commonName", "cRLIssuer"]), {
    extensions: onlyLists,
    ...pointing(full1(third)),
    list: "none",
  });
  const place = {
    directoryNames: [
      pkitsName(["unit", third], ["commonName", "cRLIssuer"], ["commonName", "indirect CRL"]),
    ],
  };
  signer3.publish({ scope: { ...place, indirect: true } });
  const crlIssuers = [signer3.subject];
  suite.accepts(
    "4.14.28",
    "accepts by the list of a signer below the issuer",
    ca3.endEntity(pointing({ ...place, crlIssuers })),
  );
  suite.accepts(
    "4.14.29",
    "accepts by such a list at a relative name",
    ca3.endEntity(pointing({ relative: [attribute(["commonName", "indirect CRL"])], crlIssuers })),
  );

  const fourth = "indirectCRL CA4";
  const name4 = pkitsName(["unit", fourth], ["commonName", "cRLIssuer"]);
  const around = pointing({ ...fullName(fourth, "indirect CRL"), crlIssuers: [name4] });
  const ca4 = anchor.subordinate(unit(fourth), { list: "none" });
  const signer4 = ca4.subordinate(name4, { extensions: onlyLists, ...around, list: "none" });
  signer4.publish({ scope: { ...fullName(fourth, "indirect CRL"), indirect: true } });
  suite.accepts(
    "4.14.30",
    "accepts by the list of a signer of whom only that list speaks",
    ca4.endEntity(around),
  );
}

function addEntriesOfOthers(suite: PkitsSuite): void {
  const fifth = "indirectCRL CA5";
  const forSixth = fullName(fifth, "indirect CRL for indirectCRL CA6");
  const forSeventh = fullName(fifth, "indirect CRL for indirectCRL CA7");
  const own = full1(fifth);
  const ca5 = suite.anchor.subordinate(unit(fifth), { list: "none" });
  const ca6 = suite.anchor.subordinate("indirectCRL CA6", { list: "none" });
  const [name5, name6] = [ca5.subject, ca6.subject];
  const name7 = pkitsName(["commonName", "indirectCRL CA7"]);

  // The issuer of an entry is that of the entry before it, unless it names one (RFC 5280 5.3.3).
  const issuers = new Map([
    [2, name6],
    [5, name7],
    [8, name6],
    [10, name5],
  ]);
  ca5.publish({
    scope: {
      directoryNames: [forSixth, forSeventh, own].flatMap(({ directoryNames }) => directoryNames),
      indirect: true,
    },
    revoked: Array.from({ length: 11 }, (_, index) => {
      const certificateIssuer = issuers.get(index + 1);
      return {
        serialNumber: index + 1,
        reason: "keyCompromise" as const,
        ...(certificateIssuer === undefined ? {} : { certificateIssuer }),
      };
    }),
  });

  const sixth = (serialNumber: bigint) =>
    ca6.endEntity({ serialNumber, ...pointing({ ...forSixth, crlIssuers: [name5] }) });
  suite.refuses(
    "4.14.31",
    "certificate-revoked",
    "refuses by an entry that names the issuer",
    sixth(8n),
  );
  suite.refuses(
    "4.14.32",
    "certificate-revoked",
    "refuses by an entry after one that names the issuer",
    sixth(9n),
  );
  suite.accepts("4.14.33", "accepts beside an entry after one of another issuer", sixth(6n));
  const back = ca5.endEntity({ serialNumber: 11n, ...pointing(own) });
  suite.refuses(
    "4.14.34",
    "certificate-revoked",
    "refuses by an entry after one that names the signer",
    back,
  );
  const nobody = [unit("indirectCRL CA5X")];
  const absent = ca5.endEntity({ serialNumber: 12n, ...pointing({ ...own, crlIssuers: nobody }) });
  suite.refuses(
    "4.14.35",
    "revocation-unknown",
    "refuses by the issuer's list where another is named",
    absent,
  );
}

/** PKITS has these authorities named by a unit, so that a point's name is theirs and one relative name more. */
function unit(name: string): Uint8Array {
  return pkitsName(["unit", name]);
}

function authorityOfUnit(suite: PkitsSuite, name: string, scope: CrlPlace): PkitsAuthority {
  return suite.anchor.subordinate(unit(name), { list: { scope } });
}

function fullName(unitName: string, commonName: string) {
  const name = pkitsName(["unit", unitName], ["commonName", `${commonName} of ${unitName}`]);
  return { directoryNames: [name] };
}

function full1(unitName: string) {
  return fullName(unitName, "CRL1");
}

/** The same point, relative to its issuer. */
function relative(commonName: string, unitName: string): CrlPlace {
  return { relative: [attribute(["commonName", `${commonName} of ${unitName}`])] };
}

function pointing(...points: readonly CrlPoint[]): Pick<PkitsChanges, "moreExtensions"> {
  return { moreExtensions: [crlDistributionPoints(...points)] };
}
