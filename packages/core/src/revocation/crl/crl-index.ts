import { oids } from "../../asn1/oids.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { crlExtensionTypes } from "../../x509/crl-extensions.ts";

/** The CRLs of one issuer. */
export interface IssuerLists {
  readonly complete: readonly CertificateList[];
  /** The deltas that a complete CRL may be combined with, the latest first. */
  deltasFor(complete: CertificateList): readonly CertificateList[];
}

/** CRLs by issuer. */
export class CrlIndex {
  readonly #issuers = new Map<string, ListsOfIssuer>();

  constructor(lists: readonly CertificateList[]) {
    for (const list of lists) {
      const key = list.issuer.comparisonKey;
      const known = this.#issuers.get(key) ?? new ListsOfIssuer();
      this.#issuers.set(key, known);
      known.add(list);
    }
  }

  /** `issuerKey` is the comparison key of a name. */
  get(issuerKey: string): IssuerLists | undefined {
    return this.#issuers.get(issuerKey);
  }
}

class ListsOfIssuer implements IssuerLists {
  readonly complete: CertificateList[] = [];
  readonly #deltas = new Map<string, CertificateList[]>();

  add(list: CertificateList): void {
    if (!list.isDelta) {
      this.complete.push(list);
      return;
    }
    const scope = scopeKey(list);
    const known = this.#deltas.get(scope) ?? [];
    this.#deltas.set(scope, known);
    known.push(list);
  }

  /** RFC 5280 5.2.4 (c): the delta starts at this CRL or before it, and goes beyond it. */
  deltasFor(complete: CertificateList): readonly CertificateList[] {
    const { crlNumber } = complete.extensions;
    if (crlNumber === undefined) return [];
    return (this.#deltas.get(scopeKey(complete)) ?? [])
      .filter((delta) => baseOf(delta) <= crlNumber && numberOf(delta) > crlNumber)
      .sort((a, b) => (numberOf(a) > numberOf(b) ? -1 : 1));
  }
}

/** RFC 5280 6.3.3 (c)(2), (3): a delta has the scope of its complete CRL, and is signed with the same key. */
function scopeKey({ extensions }: CertificateList): string {
  return [crlExtensionTypes.issuingDistributionPoint, oids.authorityKeyIdentifier]
    .map((type) => extensions.all.get(type)?.value)
    .map((value) => (value === undefined ? "absent" : value.toString("hex")))
    .join(" ");
}

function baseOf(delta: CertificateList): bigint {
  return delta.extensions.baseCrlNumber as bigint;
}

/** A delta without a number goes beyond none. */
function numberOf(delta: CertificateList): bigint {
  return delta.extensions.crlNumber ?? -1n;
}
