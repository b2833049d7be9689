import { sha256, toHex } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { TaskQueue } from "../../base/task-queue.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import type { PublicKey } from "../../x509/public-key.ts";
import type { LegacyAlgorithm } from "../../x509/signature.ts";
import { clockSkewMs } from "../clock-skew.ts";
import { findFault } from "../crl/crl-faults.ts";
import { CrlIndex } from "../crl/crl-index.ts";
import { endOfCurrency } from "../end-of-currency.ts";
import type { SourcedList } from "./expiry-watch.ts";
import { isBehind, markOf, scopeOf, type ListMarks } from "./list-marks.ts";
import type { EmitRevocation } from "../revocation-event.ts";

export interface ListLibraryOptions {
  /** Authorities whose lists are taken: the operator's own certificates. */
  readonly authorities: readonly Certificate[];
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
  readonly marks: ListMarks;
  readonly clock: Clock;
  readonly emit: EmitRevocation;
  /** Lets other work go on between slices of a long one. */
  readonly pause: () => Promise<void>;
  /** How long a list counts after its nextUpdate, in milliseconds. */
  readonly toleranceMs: number;
  /** Told of the lists in use, after each change. */
  readonly onChange: (lists: readonly SourcedList[]) => void;
}

/** What became of the lists of one source. */
export interface Offer {
  /** Those that are in use now, those that were so before included. */
  readonly inUse: readonly CertificateList[];
  readonly rejected: number;
  /** Whether any of those in use has not expired. */
  readonly isCurrent: boolean;
}

/** Of each of the operator's own authorities, and of all below an anchor that only paths of clients brought in. */
const mostScopes = 4_096;
/**
 * What one of these may take of the room of the authority above it: it may sign lists without end, also in the name of another and
 * with as many authorities below itself as it likes, and must not crowd out its neighbours.
 */
const shareOfRoom = 1 / 4;

/**
 * The lists that count: of each scope the newest that its authority has signed, from wherever it came. A list that is broken, older
 * or signed by nobody that is known never takes the place of one that is in use, and one that is in use is not dropped when its
 * source disappears: whom it revokes stays revoked.
 */
export class ListLibrary {
  readonly #options: ListLibraryOptions;
  readonly #lists = new Map<string, CertificateList>();
  /** By the scope of deltas: the one before that in use, where only that goes with the complete list in use. */
  readonly #displaced = new Map<string, CertificateList>();
  /** Those in use by their signatures, so that a list that is offered again is known at once. */
  readonly #bySignature = new Map<string, CertificateList>();
  /** The issuer of each scope of which a list was ever offered that its authority had signed. */
  readonly #scopes = new Map<string, string>();
  /** How many scopes there are of each authority, those below it included. */
  readonly #counts = new Map<string, number>();
  readonly #isReset = new Set<string>();
  /** Where each list in use came from. */
  readonly #origins = new WeakMap<CertificateList, string>();
  #index = new CrlIndex([]);
  #revision = 0;
  /** One task at a time, so that two lists of one scope meet in one order. */
  readonly #queue = new TaskQueue();

  #authorities: readonly Certificate[];

  constructor(options: ListLibraryOptions) {
    this.#options = options;
    this.#authorities = options.authorities;
  }

  /**
   * From now on these authorities' lists are taken. What is in use stays so: who signed a list is judged once more with each path
   * that it speaks of.
   */
  follow(authorities: readonly Certificate[]): void {
    this.#authorities = authorities;
  }

  /** The lists in use. A new object for each change, so that who judges sees one state. */
  get index(): CrlIndex {
    return this.#index;
  }

  /** Rises with each change. */
  get revision(): number {
    return this.#revision;
  }

  /** Takes what may be taken. `more` are authorities besides the operator's own: those of a path that was verified. */
  offer(
    lists: readonly CertificateList[],
    source: string,
    more: readonly Certificate[] = [],
  ): Promise<Offer> {
    return this.#queue.run(() => this.#takeAll(lists, source, more));
  }

  /** Lets older lists of an issuer pass once; how many scopes it has. What is in use stays so until then. */
  reset(issuer: string): Promise<number> {
    return this.#queue.run(async () => {
      const scopes = [...this.#scopes].flatMap(([scope, name]) => (name === issuer ? [scope] : []));
      for (const scope of scopes) {
        await this.#options.marks.reset(scope);
        this.#isReset.add(scope);
      }
      return scopes.length;
    });
  }

  async #takeAll(
    lists: readonly CertificateList[],
    source: string,
    more: readonly Certificate[],
  ): Promise<Offer> {
    const inUse: CertificateList[] = [];
    let isChanged = false;
    try {
      for (const list of lists) {
        const known = this.#bySignature.get(signatureKey(list));
        // A signature under other bytes than its own is no sign of a list that is in use, but of one that was changed.
        if (known !== undefined && (await this.#findSigner(list, more)) !== undefined) {
          inUse.push(known);
          continue;
        }
        const problem = await this.#take(list, more);
        if (problem !== undefined) {
          this.#options.emit({ type: "revocation-list-rejected", source, problem });
          continue;
        }
        inUse.push(list);
        isChanged = true;
        this.#origins.set(list, source);
        this.#emitLoaded(list, source);
      }
    } finally {
      // Also where the store fails at a later list: those before it would not be taken for new once more.
      if (isChanged) {
        this.#index = new CrlIndex([...this.#lists.values(), ...this.#displaced.values()]);
        this.#revision++;
        this.#options.onChange(this.#sourced());
      }
    }
    const { clock, toleranceMs } = this.#options;
    const now = clock();
    const isCurrent = inUse.some((list) => now < endOfCurrency(list) + toleranceMs);
    return { inUse, rejected: lists.length - inUse.length, isCurrent };
  }

  #sourced(): readonly SourcedList[] {
    return [...this.#lists.values()].map((list) => ({
      list,
      source: this.#origins.get(list) as string,
    }));
  }

  /** Says why the list may not be used; undefined: it is now. */
  async #take(list: CertificateList, more: readonly Certificate[]): Promise<string | undefined> {
    const { clock, marks } = this.#options;
    const issuer = list.issuer.text;
    const fault = findFault(list);
    if (fault !== undefined) return `${fault} (${issuer})`;
    if (list.thisUpdate > clock() + clockSkewMs) return `the list is not valid yet (${issuer})`;
    const signer = await this.#findSigner(list, more);
    if (signer === undefined) return `no known authority has signed the list (${issuer})`;
    const scope = scopeOf(list, signer);
    const current = this.#lists.get(scope);
    const mark = markOf(list);
    if (!this.#scopes.has(scope)) {
      if (!this.#takeRoom(signer, more)) return "there are too many lists";
      this.#scopes.set(scope, issuer);
    }
    const isOld =
      current !== undefined && !this.#isReset.has(scope) && isBehind(mark, markOf(current));
    if (isOld) return `the list is older than the one in use (${issuer})`;
    if (!(await marks.advance(scope, mark))) {
      return `the list is older than one that was in use before (${issuer})`;
    }
    list.release();
    this.#isReset.delete(scope);
    this.#lists.set(scope, list);
    if (current !== undefined) {
      this.#bySignature.delete(signatureKey(current));
      if (list.isDelta) this.#keepWhereNeeded(scope, current, list, signer);
    }
    this.#bySignature.set(signatureKey(list), list);
    return undefined;
  }

  /** Counts one more scope of a signer; false: there is no room for it. */
  #takeRoom(signer: PublicKey, more: readonly Certificate[]): boolean {
    const places = this.#isOwn(signer) ? [keyOf([signer])] : placesOf(signer, more);
    const counts = places.map((place) => this.#counts.get(place) ?? 0);
    if (counts.some((count, level) => count >= mostScopes * shareOfRoom ** level)) return false;
    for (const [level, place] of places.entries()) {
      this.#counts.set(place, (counts[level] as number) + 1);
    }
    return true;
  }

  /** Whether it is the key of one of the operator's own authorities. */
  #isOwn({ octets }: PublicKey): boolean {
    return this.#authorities.some(({ publicKey }) => publicKey.octets === octets);
  }

  /**
   * A delta may start after the complete list in use. Until a newer one of these comes, the delta before it has to do: whoever
   * withholds that one would otherwise have those forgotten whom the delta revoked.
   */
  #keepWhereNeeded(
    scope: string,
    before: CertificateList,
    delta: CertificateList,
    signer: PublicKey,
  ): void {
    const complete = this.#lists.get(scopeOf(delta, signer, "complete"));
    if (complete !== undefined && startsBy(delta, complete)) this.#displaced.delete(scope);
    else if (complete === undefined || startsBy(before, complete)) {
      this.#displaced.set(scope, before);
    }
  }

  async #findSigner(
    list: CertificateList,
    more: readonly Certificate[],
  ): Promise<PublicKey | undefined> {
    const { legacy, pause } = this.#options;
    for (const { subject, publicKey } of [...this.#authorities, ...more]) {
      if (!subject.equals(list.issuer)) continue;
      const verdict = await list.verifyInSlices(publicKey, legacy, pause);
      if (verdict === "valid") return publicKey;
    }
    return undefined;
  }

  #emitLoaded(list: CertificateList, source: string): void {
    const { issuer, extensions, isDelta, entries, thisUpdate, nextUpdate } = list;
    this.#options.emit({
      type: "revocation-list-loaded",
      source,
      issuer: issuer.text,
      number: extensions.crlNumber?.toString(),
      isDelta,
      entries: entries.count,
      thisUpdate,
      nextUpdate,
    });
  }
}

/** The keys of an authority's place in a path, from that below the anchor as a whole down to its own. */
function placesOf(signer: PublicKey, path: readonly Certificate[]): readonly string[] {
  const keys = path.map(({ publicKey }) => publicKey);
  const line = keys.slice(keys.indexOf(signer)).reverse();
  return line.map((_, level) => `below ${keyOf(line.slice(0, level + 1))}`);
}

function keyOf(line: readonly PublicKey[]): string {
  return toHex(sha256(...line.map(({ der }) => der)));
}

/** RFC 5280 5.2.4 (c): the delta leaves nothing out that was after the complete list. */
function startsBy(delta: CertificateList, { extensions }: CertificateList): boolean {
  return (delta.extensions.baseCrlNumber as bigint) <= (extensions.crlNumber ?? -1n);
}

function signatureKey({ signature }: CertificateList): string {
  return signature.toString("latin1");
}
