import "reflect-metadata";

import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate } from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";

import { directoryName, element, objectIdentifier, sequence, uriName } from "./der-writer.ts";
import { PkiError } from "./pki-error.ts";

/** Where a verifier learns whether the certificate is still good. All of it goes into the certificate. */
export interface StatusLocation {
  /** URLs of the lists that the certificate would be on (RFC 5280 4.2.1.13). */
  readonly crlDistributionPoints?: readonly string[];
  /** Who signs those lists when it is not the issuer: the certificate of `issueCrlSigner`. */
  readonly crlIssuer?: { readonly der: Uint8Array };
  /** URLs of delta lists (RFC 5280 4.2.1.15). */
  readonly freshestCrls?: readonly string[];
  /** URLs of OCSP responders (RFC 5280 4.2.2.1). */
  readonly ocspUrls?: readonly string[];
  /** URLs of the issuer's own certificate (RFC 5280 4.2.2.1). */
  readonly caIssuersUrls?: readonly string[];
}

/** The same for those that are no authorities and may do without. */
export interface LeafStatusLocation extends StatusLocation {
  /** Says that nobody will ever publish a status (RFC 9608): for short-lived certificates. */
  readonly noRevAvail?: boolean;
}

export const statusLocationOptions = [
  "crlDistributionPoints",
  "crlIssuer",
  "freshestCrls",
  "ocspUrls",
  "caIssuersUrls",
] as const satisfies readonly (keyof StatusLocation)[];

const oids = {
  accessOcsp: "1.3.6.1.5.5.7.48.1",
  accessCaIssuers: "1.3.6.1.5.5.7.48.2",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  crlDistributionPoints: "2.5.29.31",
  freshestCrl: "2.5.29.46",
  noRevAvail: "2.5.29.56",
} as const;

/** Checks the places and writes the extensions, none critical. */
export function statusExtensions(options: LeafStatusLocation): x509.Extension[] {
  const lists = checkUrls("crlDistributionPoints", options.crlDistributionPoints);
  const deltas = checkUrls("freshestCrls", options.freshestCrls);
  const responders = checkUrls("ocspUrls", options.ocspUrls);
  const issuers = checkUrls("caIssuersUrls", options.caIssuersUrls);
  const { crlIssuer } = options;
  if (crlIssuer !== undefined && lists.length === 0) {
    throw new PkiError(
      "crlIssuer",
      `"crlIssuer" stands alone. Say where its lists are: "crlDistributionPoints".`,
    );
  }
  const noRevAvail = checkNoRevAvail(options, lists.length + deltas.length + responders.length);
  return [
    ...listOf(oids.crlDistributionPoints, distributionPoints(lists, crlIssuer)),
    ...listOf(oids.freshestCrl, distributionPoints(deltas, crlIssuer)),
    ...listOf(oids.authorityInfoAccess, [
      ...accessDescriptions(oids.accessOcsp, responders),
      ...accessDescriptions(oids.accessCaIssuers, issuers),
    ]),
    ...(noRevAvail ? [new x509.Extension(oids.noRevAvail, false, element(0x05))] : []),
  ];
}

/** One absolute URL in ASCII. */
export function checkUrl(option: string, url: unknown): string {
  if (typeof url === "string" && /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(url)) {
    if (URL.canParse(url)) return url;
  }
  throw new PkiError(
    option,
    `"${option}" holds ${JSON.stringify(url)}, which is not a URL. ` +
      `Write it like http://pki.corp.example/ca.crl.`,
  );
}

function checkUrls(option: string, urls: unknown): readonly string[] {
  if (urls === undefined) return [];
  if (!Array.isArray(urls)) {
    throw new PkiError(option, `"${option}" is not a list. Put the URL in brackets: ["..."].`);
  }
  return urls.map((url: unknown) => checkUrl(option, url));
}

function checkNoRevAvail(options: LeafStatusLocation, places: number): boolean {
  const wanted: unknown = options.noRevAvail ?? false;
  if (typeof wanted !== "boolean") {
    throw new PkiError("noRevAvail", `"noRevAvail" is neither true nor false. Leave it out.`);
  }
  // RFC 9608 3: such a certificate must not point to lists or responders.
  if (!wanted || places === 0) return wanted;
  throw new PkiError(
    "noRevAvail",
    `"noRevAvail" stands beside places where a status is to be had. Give one or the other.`,
  );
}

function listOf(oid: string, items: readonly Uint8Array[]): x509.Extension[] {
  return items.length === 0 ? [] : [new x509.Extension(oid, false, sequence(...items))];
}

function distributionPoints(
  urls: readonly string[],
  crlIssuer: { readonly der: Uint8Array } | undefined,
): readonly Uint8Array[] {
  const issuer =
    crlIssuer === undefined ? [] : [element(0xa2, directoryName(subjectOf(crlIssuer.der)))];
  return urls.map((url) => sequence(element(0xa0, element(0xa0, uriName(url))), ...issuer));
}

function subjectOf(der: Uint8Array): Uint8Array {
  const { subject } = AsnConvert.parse(der, Certificate).tbsCertificate;
  return new Uint8Array(AsnConvert.serialize(subject));
}

function accessDescriptions(method: string, urls: readonly string[]): readonly Uint8Array[] {
  return urls.map((url) => sequence(objectIdentifier(method), uriName(url)));
}
