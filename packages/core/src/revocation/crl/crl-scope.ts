import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { relativeKey, type DistinguishedName } from "../../x509/distinguished-name.ts";
import {
  reasonFlags,
  type DistributionPoint,
  type DistributionPointName,
} from "../../x509/distribution-points.ts";
import type { GeneralName } from "../../x509/general-name.ts";

/** RFC 5280 6.3.2 (a): every reason there is, which `unspecified` is not. */
export const allReasons = Object.values(reasonFlags).reduce((mask, flag) => mask | flag, 0);

/** A distribution point of a certificate, as it is compared. */
interface Point {
  /** The keys of its names, once the CRL's issuer is known, to which one may be relative. */
  readonly namesFor: (crlIssuer: DistinguishedName) => ReadonlySet<string>;
  readonly reasons: number;
  /** The keys of those who sign its CRLs; undefined: the certificate's issuer. */
  readonly crlIssuers: ReadonlySet<string> | undefined;
}

/** Which CRLs are about one certificate, and how far (RFC 5280 6.3.3 (b), (d)). */
export class CrlScope {
  readonly #certificate: Certificate;
  readonly #points: readonly Point[];

  constructor(certificate: Certificate) {
    this.#certificate = certificate;
    const { issuer, extensions } = certificate;
    // RFC 5280 6.3.3, last paragraph: a CRL that no distribution point speaks of is looked at as if one named the issuer.
    const assumed: DistributionPoint = {
      name: { type: "full", names: [{ type: "directory", value: issuer }] },
      reasons: undefined,
      crlIssuer: undefined,
    };
    this.#points = [...(extensions.crlDistributionPoints ?? []), assumed].map(toPoint);
  }

  /** The reasons for which this CRL tells the certificate's status, as bits; undefined: it is not about the certificate. */
  reasonsOf(list: CertificateList): number | undefined {
    const { issuingDistributionPoint: scope } = list.extensions;
    if (scope === undefined) return this.#reasonsAt(list, undefined, allReasons);
    const { isCa } = this.#certificate;
    const isExcluded =
      (scope.onlyContainsUserCerts && isCa) ||
      (scope.onlyContainsCaCerts && !isCa) ||
      scope.onlyContainsAttributeCerts;
    if (isExcluded) return undefined;
    const names = scope.name === undefined ? undefined : namesFor(scope.name)(list.issuer);
    return this.#reasonsAt(list, names, scope.onlySomeReasons ?? allReasons);
  }

  #reasonsAt(
    list: CertificateList,
    names: ReadonlySet<string> | undefined,
    reasons: number,
  ): number | undefined {
    const points = this.#points.filter(
      (point) =>
        this.#isIssuedFor(point, list) &&
        (names === undefined || shareOne(names, point.namesFor(list.issuer))),
    );
    if (points.length === 0) return undefined;
    return points.reduce((mask, point) => mask | (point.reasons & reasons), 0);
  }

  /** RFC 5280 6.3.3 (b)(1). A CRL of somebody else has to say that it is one (5.2.5). */
  #isIssuedFor({ crlIssuers }: Point, { issuer, extensions }: CertificateList): boolean {
    if (crlIssuers === undefined) return issuer.equals(this.#certificate.issuer);
    return (
      extensions.issuingDistributionPoint?.indirectCrl === true &&
      crlIssuers.has(directoryKey(issuer))
    );
  }
}

/** Two general names are the same when their keys are. */
export function generalNameKey(name: GeneralName): string {
  switch (name.type) {
    case "dns":
    case "email":
    case "uri":
      return `${name.type} ${name.value}`;
    case "ip":
    case "other":
      return `${name.type} ${name.value.toString("latin1")}`;
    case "directory":
      return directoryKey(name.value);
  }
}

function directoryKey(name: DistinguishedName): string {
  return `directory ${name.comparisonKey}`;
}

function toPoint({ name, reasons, crlIssuer }: DistributionPoint): Point {
  const crlIssuers = crlIssuer === undefined ? undefined : keysOf(crlIssuer);
  return { namesFor: namesFor(name, crlIssuer), reasons: reasons ?? allReasons, crlIssuers };
}

/** RFC 5280 6.3.3 (b)(2)(i): a point without a name goes by the names of its CRL issuer. What a client wrote is keyed once. */
function namesFor(
  name: DistributionPointName | undefined,
  crlIssuer: readonly GeneralName[] = [],
): Point["namesFor"] {
  if (name?.type === "relative") {
    const last = relativeKey(name.attributes);
    return (issuer) => new Set([`${directoryKey(issuer)},${last}`]);
  }
  const keys = keysOf(name?.names ?? crlIssuer);
  return () => keys;
}

function keysOf(names: readonly GeneralName[]): ReadonlySet<string> {
  return new Set(names.map(generalNameKey));
}

function shareOne(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const key of some) if (others.has(key)) return true;
  return false;
}
