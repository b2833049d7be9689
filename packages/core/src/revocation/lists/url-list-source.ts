import type { Surroundings } from "../../base/surroundings.ts";
import type { AddressPolicy } from "../../network/address-policy.ts";
import { fetchLimited, type FetchSurroundings } from "../../network/fetch-limited.ts";
import type { Validators } from "../../network/validators.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { loadCertificateLists } from "../../x509/load-certificate-lists.ts";
import type { Gate } from "../refresh/gate.ts";
import { dueBefore } from "../refresh/due-before.ts";
import type { Attempt } from "../refresh/refresh-loop.ts";
import { RefreshedListSource, type RefreshedListSourceOptions } from "./refreshed-list-source.ts";

export interface UrlListSourceOptions extends RefreshedListSourceOptions {
  readonly url: URL;
  readonly policy: AddressPolicy;
  /** Authorities besides the operator's own whose lists are taken from here. */
  readonly authorities: readonly Certificate[];
  readonly surroundings: Surroundings & FetchSurroundings;
  /** Shared by those that are not all fetched at once. */
  readonly gate: Gate;
  readonly maxBytes: number;
  /** A list is asked for again at the latest after this time, and in any case before its nextUpdate. */
  readonly refreshMs: number;
  readonly pause: () => Promise<void>;
}

/** Lists of 40 MB take their time; nobody waits for them but the background. */
const downloadMs = 60_000;

/** How long it is enough that a server calls the lists unchanged. */
const validatorsMs = 86_400_000;

/** Lists at an http(s) address. */
export class UrlListSource extends RefreshedListSource {
  readonly #options: UrlListSourceOptions;
  /** Of the lists that are in use, and when they were sent last. */
  #validators: Validators | undefined;
  #sentAt = 0;
  /** When they should be replaced. */
  #dueAt = 0;

  constructor(options: UrlListSourceOptions) {
    super(`${options.url.origin}${options.url.pathname}`, options);
    this.#options = options;
  }

  protected async attempt(signal: AbortSignal): Promise<Attempt> {
    const { gate, surroundings } = this.#options;
    const patience = { timers: surroundings.timers, patienceMs: downloadMs };
    const attempt = await gate.run(() => this.#fetch(signal), patience);
    if (attempt === undefined) throw new Error("the host has not answered others before it yet");
    return attempt;
  }

  async #fetch(signal: AbortSignal): Promise<Attempt> {
    const { url, policy, surroundings, maxBytes, pause } = this.#options;
    const result = await fetchLimited(
      surroundings,
      {
        url,
        policy,
        maxBytes,
        timeoutMs: downloadMs,
        headers: { accept: "application/pkix-crl" },
        signal,
        ...(this.#validators && { validators: this.#validators }),
      },
      (body) => loadCertificateLists(body, { maxBytes, pause }),
    );
    if (signal.aborted) return failed;
    switch (result.outcome) {
      case "fetched":
        return this.#take(result.value, result.validators);
      case "unchanged":
        return this.#keep();
      case "failed":
        this.tellFailure(result.problem);
        return { outcome: "failed", retryAfterMs: result.retryAfterMs };
    }
  }

  #keep(): Attempt {
    const { clock } = this.#options.surroundings;
    // Somebody on the way may have slipped in validators that fit newer lists as well: those must not stay out for good.
    if (this.#isDue() || clock() >= this.#sentAt + validatorsMs) this.#validators = undefined;
    return this.#nextAttempt();
  }

  async #take(
    lists: readonly CertificateList[] | string,
    validators: Validators,
  ): Promise<Attempt> {
    const { authorities, surroundings } = this.#options;
    const offer = await this.offer(lists, this.name, authorities);
    if (offer === undefined || offer.rejected > 0) return failed;
    this.#validators = validators;
    this.#sentAt = surroundings.clock();
    this.#dueAt = Math.min(
      ...offer.inUse.map(({ thisUpdate, nextUpdate }) => dueBefore(thisUpdate, nextUpdate)),
    );
    return this.#nextAttempt();
  }

  #nextAttempt(): Attempt {
    const { surroundings, refreshMs } = this.#options;
    if (this.#isDue()) return { outcome: "stale" };
    return { outcome: "done", nextAt: Math.min(this.#dueAt, surroundings.clock() + refreshMs) };
  }

  /** The lists should have been replaced by now. */
  #isDue(): boolean {
    return this.#options.surroundings.clock() >= this.#dueAt;
  }
}

const failed: Attempt = { outcome: "failed", retryAfterMs: undefined };
