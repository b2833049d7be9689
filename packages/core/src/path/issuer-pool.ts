import { toHex } from "../base/bytes.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { Dismissals } from "./dismissals.ts";
import type { TrustSet } from "./trust-set.ts";

/** Where the search finds issuers: the trust set, and what was presented with the leaf. */
export class IssuerPool {
  readonly #trust: TrustSet;
  readonly #presented: readonly Certificate[];
  readonly #dismissals: Dismissals;
  readonly #anchors = new Map<Certificate, readonly Certificate[]>();
  readonly #intermediates = new Map<Certificate, readonly Certificate[]>();
  readonly #entities = new Map<Certificate, string>();

  constructor(trust: TrustSet, presented: readonly Certificate[], dismissals: Dismissals) {
    this.#trust = trust;
    // What a client sends may come twice, or be in the trust set as well: every certificate is tried once.
    this.#presented = [
      ...new Map(presented.map((certificate) => [certificate.fingerprint, certificate])).values(),
    ].filter((certificate) => !trust.holds(certificate));
    this.#dismissals = dismissals;
  }

  /** Anchors in the name of the certificate's issuer. */
  anchorsFor(certificate: Certificate): readonly Certificate[] {
    return remember(this.#anchors, certificate, ({ issuer }) => this.#trust.anchorsNamed(issuer));
  }

  /** Intermediates in that name, those of the trust set first. */
  intermediatesFor(certificate: Certificate): readonly Certificate[] {
    return remember(this.#intermediates, certificate, ({ issuer }) => [
      ...this.#trust.intermediatesNamed(issuer),
      ...this.#presented.filter(({ subject }) => subject.equals(issuer)),
    ]);
  }

  /**
   * How far it is to an anchor from every certificate that may be above the lower part of a path: 0 where one may have issued it,
   * else how many intermediates there are in between at least. Those from which no way leads to an anchor are not in it.
   */
  waysOut(path: readonly [Certificate, ...Certificate[]]): ReadonlyMap<Certificate, number> {
    const distances = new Map<Certificate, number>();
    const issued = new Map<Certificate, Certificate[]>();
    const passed = new Set(path.map((certificate) => this.#entityOf(certificate)));
    const above = new Set([path[path.length - 1] as Certificate]);
    for (const certificate of above) {
      const mayHaveIssued = (issuer: Certificate) =>
        this.#dismissals.allowsLink(certificate, issuer);
      if (this.anchorsFor(certificate).some(mayHaveIssued)) distances.set(certificate, 0);
      for (const issuer of this.intermediatesFor(certificate)) {
        if (passed.has(this.#entityOf(issuer)) || !mayHaveIssued(issuer)) continue;
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

  /** Its name and its key: RFC 4158 2.4.1 calls a path that meets both again a loop. */
  #entityOf(certificate: Certificate): string {
    return remember(
      this.#entities,
      certificate,
      ({ subject, publicKey }) => `${toHex(publicKey.der)} ${subject.comparisonKey}`,
    );
  }
}

function remember<Value extends string | object>(
  known: Map<Certificate, Value>,
  certificate: Certificate,
  find: (certificate: Certificate) => Value,
): Value {
  let value = known.get(certificate);
  if (value === undefined) {
    value = find(certificate);
    known.set(certificate, value);
  }
  return value;
}
