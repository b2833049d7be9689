import type { Certificate } from "../x509/certificate.ts";
import type { Dismissals } from "./dismissals.ts";
import { distinctCertificates } from "./distinct-certificates.ts";
import type { TrustSet } from "./trust-set.ts";

/**
 * Pairs of certificates that one search may look at, of which one names the other as its issuer. The largest meshes among the
 * generated suites need 18,000; hundreds of hostile certificates of one name would ask for millions.
 */
const maximumLinks = 100_000;

/** Where the search finds issuers: the trust set, and what was presented with the leaf. */
export class IssuerPool {
  readonly #trust: TrustSet;
  /** What was presented, by subject. */
  readonly #presented = new Map<string, Certificate[]>();
  readonly #dismissals: Dismissals;
  readonly #intermediates = new Map<Certificate, readonly Certificate[]>();
  #linksLeft = maximumLinks;

  constructor(trust: TrustSet, presented: readonly Certificate[], dismissals: Dismissals) {
    this.#trust = trust;
    this.#dismissals = dismissals;
    for (const certificate of presented) {
      const { comparisonKey } = certificate.subject;
      const sameName = this.#presented.get(comparisonKey);
      if (sameName === undefined) this.#presented.set(comparisonKey, [certificate]);
      else sameName.push(certificate);
    }
  }

  /** Whether the search looked at more pairs than any sound hierarchy has. */
  get isExhausted(): boolean {
    return this.#linksLeft < 0;
  }

  /** Anchors in the name of the certificate's issuer. */
  anchorsFor({ issuer }: Certificate): readonly Certificate[] {
    return this.#trust.anchorsNamed(issuer);
  }

  /** Intermediates in that name, those of the trust set first. */
  intermediatesFor(certificate: Certificate): readonly Certificate[] {
    let found = this.#intermediates.get(certificate);
    if (found === undefined) {
      const { issuer } = certificate;
      const presented = this.#presented.get(issuer.comparisonKey) ?? [];
      // What a client sends may come twice, or be in the trust set as well: every certificate is tried once.
      const others = distinctCertificates(presented).filter((one) => !this.#trust.holds(one));
      found = [...this.#trust.intermediatesNamed(issuer), ...others];
      this.#intermediates.set(certificate, found);
    }
    return found;
  }

  /**
   * How far it is to an anchor from every certificate that may be above the lower part of a path: 0 where one may have issued it,
   * else how many intermediates there are in between at least. Those from which no way leads to an anchor are not in it.
   */
  waysOut(path: readonly [Certificate, ...Certificate[]]): ReadonlyMap<Certificate, number> {
    const distances = new Map<Certificate, number>();
    const issued = new Map<Certificate, Certificate[]>();
    const passed = new Set(path.map(({ entity }) => entity));
    const above = new Set([path[path.length - 1] as Certificate]);
    for (const certificate of above) {
      const mayHaveIssued = (issuer: Certificate) =>
        this.#dismissals.allowsLink(certificate, issuer);
      if (this.anchorsFor(certificate).some(mayHaveIssued)) distances.set(certificate, 0);
      for (const issuer of this.intermediatesFor(certificate)) {
        if (--this.#linksLeft < 0) return new Map();
        if (passed.has(issuer.entity) || !mayHaveIssued(issuer)) continue;
        above.add(issuer);
        const below = issued.get(issuer) ?? [];
        below.push(certificate);
        issued.set(issuer, below);
      }
    }
    // A map is walked in the order of its entries, new ones included: the nearer first.
    for (const [issuer, distance] of distances) {
      for (const certificate of issued.get(issuer) ?? []) {
        if (!distances.has(certificate)) distances.set(certificate, distance + 1);
      }
    }
    return distances;
  }
}
