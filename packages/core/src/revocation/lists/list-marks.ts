import { sha256, toHex } from "../../base/bytes.ts";
import { describeFault } from "../../base/describe-fault.ts";
import { systemTimers, type Timers } from "../../base/timers.ts";
import { askStore } from "../../store/ask-store.ts";
import type { Store } from "../../store/store.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { crlExtensionTypes } from "../../x509/crl-extensions.ts";
import type { PublicKey } from "../../x509/public-key.ts";

/** How far the lists of one scope have come. */
export interface ListMark {
  /** Of the newest list seen; undefined where lists have none (RFC 5280 5.2.3). */
  readonly number: bigint | undefined;
  /** Epoch milliseconds. */
  readonly thisUpdate: number;
}

/** Other processes may write the same mark at the same moment; who loses each time gives up. */
const mostWrites = 16;

/** The key of everything that succeeds one another: the lists of one signer for one issuer and one scope, deltas apart. */
export function scopeOf(
  list: CertificateList,
  signer: PublicKey,
  kind: "complete" | "delta" = list.isDelta ? "delta" : "complete",
): string {
  const scope = list.extensions.all.get(crlExtensionTypes.issuingDistributionPoint)?.value;
  const parts = [kind, list.issuer.comparisonKey, scope?.toString("hex") ?? ""];
  return toHex(sha256(signer.der, Buffer.from(parts.join("\n"))));
}

export function markOf({ extensions, thisUpdate }: CertificateList): ListMark {
  return { number: extensions.crlNumber, thisUpdate };
}

/** Whether a list would be a step back behind a mark: an attacker may play an old list, on which somebody is missing. */
export function isBehind({ number, thisUpdate }: ListMark, mark: ListMark): boolean {
  if (thisUpdate < mark.thisUpdate) return true;
  return mark.number !== undefined && (number === undefined || number < mark.number);
}

/**
 * The newest list ever seen of each scope, kept in a store, so that neither a restart nor another instance goes back behind it.
 * What the store fails with is thrown on: without its marks no list can be judged.
 */
export class ListMarks {
  readonly #store: Store;
  readonly #timers: Timers;

  constructor(store: Store, timers: Timers = systemTimers) {
    this.#store = store;
    this.#timers = timers;
  }

  /** Moves the mark on to a list; false: the list is behind it. */
  async advance(scope: string, mark: ListMark): Promise<boolean> {
    const key = keyOf(scope);
    for (let write = 0; write < mostWrites; write++) {
      const written = await this.#ask(() => this.#store.get(key));
      const known = written === undefined ? undefined : readMark(written);
      if (known !== undefined && isBehind(mark, known)) return false;
      const next = writeMark(mark);
      if (next === written) return true;
      if (await this.#ask(() => this.#store.compareAndSet(key, written, next))) return true;
    }
    throw new Error("other processes keep writing the mark of this list");
  }

  /** Forgets a mark: from now on any list of the scope is accepted again. */
  async reset(scope: string): Promise<void> {
    await this.#ask(() => this.#store.delete(keyOf(scope)));
  }

  /** Lists are judged one after the other: a store that never answers would keep all others out. */
  #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    return askStore(question, this.#timers).catch((cause: unknown) => {
      throw new Error(`the store of list marks failed: ${describeFault(cause)}`, { cause });
    });
  }
}

function keyOf(scope: string): string {
  return `mtls-shield/crl/${scope}`;
}

function writeMark({ number, thisUpdate }: ListMark): string {
  return `${number ?? "-"} ${thisUpdate}`;
}

function readMark(text: string): ListMark {
  const [, number, thisUpdate] = /^(\d+|-) (-?\d+)$/.exec(text) ?? [];
  if (number === undefined) throw new Error("the store holds a mark that cannot be read");
  return { number: number === "-" ? undefined : BigInt(number), thisUpdate: Number(thisUpdate) };
}
