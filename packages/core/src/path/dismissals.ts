import type { Certificate } from "../x509/certificate.ts";

/** What paths were refused for that refuses others, too: the search proposes none that hold it again. */
export class Dismissals {
  /** Neighbours in a path, the lower first, under the uppermost of them. */
  readonly #runs = new Map<Certificate, (readonly Certificate[])[]>();
  /** Keys, as their octets, that have not signed a certificate. */
  readonly #strangers = new Map<Certificate, Set<string>>();
  #count = 0;

  /** How many there are: what was reckoned with fewer is out of date. */
  get count(): number {
    return this.#count;
  }

  /** No sound path holds these certificates as neighbours, the lower first; one by itself: no path at all. */
  dismissRun(run: readonly [Certificate, ...Certificate[]]): void {
    const top = run.at(-1) as Certificate;
    const runs = this.#runs.get(top) ?? [];
    runs.push(run);
    this.#runs.set(top, runs);
    this.#count++;
  }

  /** The issuer's key has not signed the certificate: no other certificate of that key helps. */
  dismissLink(certificate: Certificate, issuer: Certificate): void {
    const keys = this.#strangers.get(certificate) ?? new Set<string>();
    keys.add(issuer.publicKey.octets);
    this.#strangers.set(certificate, keys);
    this.#count++;
  }

  /** Whether the certificate may stand next to an issuer in some path. */
  allowsLink(certificate: Certificate, issuer: Certificate): boolean {
    if (this.#isStranger(certificate, issuer)) return false;
    const runs = this.#runs.get(issuer);
    return runs === undefined || !runs.some((run) => endsWith([certificate, issuer], run));
  }

  /** Whether a path, or the lower part of one, may be part of a sound path. */
  allows(path: readonly Certificate[]): boolean {
    if (this.#count === 0) return true;
    return path.every((certificate, index) => {
      const below = path[index - 1];
      if (below !== undefined && this.#isStranger(below, certificate)) return false;
      const runs = this.#runs.get(certificate) ?? [];
      return !runs.some((run) => endsWith(path.slice(0, index + 1), run));
    });
  }

  #isStranger(certificate: Certificate, issuer: Certificate): boolean {
    return this.#strangers.get(certificate)?.has(issuer.publicKey.octets) === true;
  }
}

function endsWith(path: readonly Certificate[], run: readonly Certificate[]): boolean {
  const start = path.length - run.length;
  return start >= 0 && run.every((certificate, index) => path[start + index] === certificate);
}
