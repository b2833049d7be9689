import { der } from "@mtls-shield/testkit";

const attributeTypes = {
  country: "2.5.4.6",
  organization: "2.5.4.10",
  unit: "2.5.4.11",
  commonName: "2.5.4.3",
  surname: "2.5.4.4",
  serialNumber: "2.5.4.5",
  locality: "2.5.4.7",
  state: "2.5.4.8",
  title: "2.5.4.12",
  givenName: "2.5.4.42",
  initials: "2.5.4.43",
  generationQualifier: "2.5.4.44",
  qualifier: "2.5.4.46",
  pseudonym: "2.5.4.65",
  domainComponent: "0.9.2342.19200300.100.1.25",
  emailAddress: "1.2.840.113549.1.9.1",
} as const;

export type PkitsAttribute = readonly [type: keyof typeof attributeTypes, text: string];

/** How the text of an attribute is written. */
type Encoding = (text: string) => Uint8Array;

/** One AttributeTypeAndValue. */
export function attribute(
  [type, text]: PkitsAttribute,
  encoding: Encoding = der.printableString,
): Uint8Array {
  const isAscii = type === "domainComponent" || type === "emailAddress";
  return der.sequence(der.oid(attributeTypes[type]), (isAscii ? der.ia5String : encoding)(text));
}

/** A Name of these attributes, one for each relative name. */
export function nameOf(attributes: readonly PkitsAttribute[], encoding?: Encoding): Uint8Array {
  return der.sequence(...attributes.map((one) => der.set(attribute(one, encoding))));
}

const organization: readonly PkitsAttribute[] = [
  ["country", "US"],
  ["organization", "Test Certificates 2011"],
];

/** A name below the organization that all of the suite are in. */
export function pkitsName(...attributes: readonly PkitsAttribute[]): Uint8Array {
  return nameOf([...organization, ...attributes]);
}

/** The same in UTF8String, the country apart, which has no other type than PrintableString. */
export function utf8Name(commonName: string, organizationName: string): Uint8Array {
  return der.sequence(
    der.set(attribute(["country", "US"])),
    der.set(attribute(["organization", organizationName], der.utf8String)),
    der.set(attribute(["commonName", commonName], der.utf8String)),
  );
}
