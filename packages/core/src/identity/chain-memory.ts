import { BoundedMap } from "../base/bounded-map.ts";
import { distinctCertificates } from "../path/distinct-certificates.ts";
import type { VerifiedPresentation } from "../path/verify-client.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { PresentedChain } from "../sources/presentation.ts";

/** A client has one path in most trust sets, and no path has more than a few intermediates. */
const mostIntermediates = 16;

/**
 * The intermediates of verified clients: a resumed session shows only the leaf. They are remembered beyond a change of the options
 * and of trust sets' names, as certificates and not as a verdict: whoever is judged with them is judged anew.
 */
export class ChainMemory {
  readonly #known: BoundedMap<string, readonly Certificate[]>;

  constructor(capacity: number) {
    this.#known = new BoundedMap(capacity);
  }

  /** What may lie between a client and its anchor: what it presented, or did before. */
  intermediatesOf({
    client,
    intermediates,
    mayBeIncomplete,
  }: PresentedChain): readonly Certificate[] {
    if (!mayBeIncomplete) return intermediates;
    return this.#known.get(client.fingerprint) ?? intermediates;
  }

  remember({ path }: VerifiedPresentation): void {
    const [client, ...above] = path;
    const intermediates = above.slice(0, -1);
    if (intermediates.length === 0) return;
    // Another trust set may have found another path, from which its next verdict has to start.
    const known = this.#known.get(client.fingerprint) ?? [];
    const all = distinctCertificates([...intermediates, ...known]).slice(0, mostIntermediates);
    this.#known.set(client.fingerprint, all);
  }
}
