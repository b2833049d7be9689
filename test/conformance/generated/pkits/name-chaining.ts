import { der, type RawCertificateParts } from "@mtls-shield/testkit";
import type { PkitsSuite } from "./pkits-suite.ts";
import { nameOf, pkitsName, utf8Name, type PkitsAttribute } from "./pkits-name.ts";

/** PKITS 4.3 */
export function addNameChaining(suite: PkitsSuite): void {
  const { good } = suite;
  suite.refuses(
    "4.3.1",
    "issuer-unknown",
    "refuses an issuer of another name",
    good.endEntity({ raw: issuedBy(pkitsName(["commonName", "Good CA Root"])) }),
  );
  addOrder(suite);
  const spellings = [
    ["4.3.3", "more white space within", "Good     CA"],
    ["4.3.4", "white space around it", "   Good CA  "],
    ["4.3.5", "other capitals", "GOOD CA"],
  ] as const;
  for (const [id, difference, commonName] of spellings) {
    const issuer = pkitsName(["commonName", commonName]);
    const leaf = good.endEntity({ raw: issuedBy(issuer) });
    suite.accepts(id, `accepts an issuer whose name has ${difference}`, leaf);
  }
  addUniqueIdentifiers(suite);
  addAttributeTypes(suite);
  addEncodings(suite);
}

function addOrder(suite: PkitsSuite): void {
  const first: PkitsAttribute = ["unit", "Organizational Unit Name 1"];
  const second: PkitsAttribute = ["unit", "Organizational Unit Name 2"];
  const commonName: PkitsAttribute = ["commonName", "Name Ordering CA"];
  const ca = suite.anchor.subordinate(pkitsName(first, second, commonName));
  suite.refuses(
    "4.3.2",
    "issuer-unknown",
    "refuses an issuer whose relative names are in another order",
    ca.endEntity({ raw: issuedBy(pkitsName(second, first, commonName)) }),
  );
}

function addUniqueIdentifiers(suite: PkitsSuite): void {
  const withIdentifier = (number: number) => (sound: RawCertificateParts) => ({
    ...sound,
    uniqueIds: der.primitive(number, der.bytes(0, 0x12, 0x34)),
  });
  const ca = suite.anchor.subordinate("UID CA", { raw: withIdentifier(2) });
  suite.accepts(
    "4.3.6",
    "accepts unique identifiers of subject and issuer",
    ca.endEntity({ raw: withIdentifier(1) }),
  );
}

function addAttributeTypes(suite: PkitsSuite): void {
  const common: readonly PkitsAttribute[] = [
    ["country", "US"],
    ["organization", "Test Certificates 2011"],
  ];
  const mandatory = nameOf([
    ["domainComponent", "gov"],
    ["domainComponent", "testcertificates"],
    ...common,
    ["state", "Maryland"],
    ["serialNumber", "345"],
    ["qualifier", "CA"],
  ]);
  const optional = nameOf([
    ...common,
    ["locality", "Gaithersburg"],
    ["givenName", "John"],
    ["initials", "Q"],
    ["pseudonym", "Fictitious"],
    ["surname", "CA"],
    ["generationQualifier", "III"],
    ["title", "M.D."],
  ]);
  const ofMandatory = suite.anchor.subordinate(mandatory).endEntity();
  suite.accepts("4.3.7", "accepts the attributes that everybody has to know", ofMandatory);
  const ofOptional = suite.anchor.subordinate(optional).endEntity();
  suite.accepts("4.3.8", "accepts the attributes that one should know", ofOptional);
}

function addEncodings(suite: PkitsSuite): void {
  const organization = "Test Certificates 2011";
  const encoded = utf8Name("UTF8String Encoded Names CA", organization);
  suite.accepts(
    "4.3.9",
    "accepts names in UTF8String",
    suite.anchor.subordinate(encoded).endEntity({ subject: utf8Name("End Entity", organization) }),
  );

  const rollover = "Rollover from PrintableString to UTF8String CA";
  const later = utf8Name(rollover, organization);
  suite.accepts(
    "4.3.10",
    "accepts an issuer whose name is in UTF8String below one in PrintableString",
    suite.anchor.subordinate(rollover, { list: { issuer: later } }).endEntity({
      subject: utf8Name("End Entity", organization),
      raw: issuedBy(later),
    }),
  );

  const subject = utf8Name("UTF8String Case Insensitive Match CA", organization);
  const issuer = utf8Name("  utf8string CASE  insensitive match CA ", "test certificates  2011");
  suite.accepts(
    "4.3.11",
    "accepts names in UTF8String that differ in capitals and white space",
    suite.anchor.subordinate(subject, { list: { issuer } }).endEntity({ raw: issuedBy(issuer) }),
  );
}

function issuedBy(issuer: Uint8Array) {
  return (sound: RawCertificateParts): RawCertificateParts => ({ ...sound, issuer });
}
