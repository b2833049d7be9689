import type { Surroundings } from "../../base/surroundings.ts";
import type { AddressPolicy } from "../../network/address-policy.ts";
import { fetchLimited, type FetchSurroundings } from "../../network/fetch-limited.ts";
import type { Validators } from "../../network/validators.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { loadCertificateLists } from "../../x509/load-certificate-lists.ts";
import type { Gate } from "../refresh/gate.ts";
import type { ListLibrary } from "./list-library.ts";
import type { ListSource } from "./list-source.ts";
import { RefreshLoop, type Attempt } from "../refresh/refresh-loop.ts";
import type { EmitRevocation } from "../revocation-event.ts";

export interface UrlListSourceOptions {
  readonly url: URL;
  readonly policy: AddressPolicy;
  readonly library: ListLibrary;
  /** Authorities besides the operator's own whose lists are taken from here. */
  readonly authorities: readonly Certificate[];
  readonly surroundings: Surroundings & FetchSurroundings;
  /** Shared by those that are not all fetched at once. */
  readonly gate: Gate;
  readonly maxBytes: number;
  /** A list is asked for again at the latest after this time, and in any case before its nextUpdate. */
  readonly refreshMs: number;
  readonly emit: EmitRevocation;
  readonly pause: () => Promise<void>;
}

/** Lists of 40 MB take their time; nobody waits for them but the background. */
const downloadMs = 60_000;

/** A list is fetched anew when this part of its time is left, so that there is time to try again. */
const leadPart = 0.2;

/** How long it is enough that a server calls the lists unchanged. */
const validatorsMs = 86_400_000;

/** Lists at an http(s) address. */
export class UrlListSource implements ListSource {
  readonly name: string;
  readonly #options: UrlListSourceOptions;
  readonly #loop: RefreshLoop;
  /** Of the lists that are in use, and when they were sent last. */
  #validators: Validators | undefined;
  #sentAt = 0;
  /** When they should be replaced. */
  #dueAt = 0;
  #isLoaded = false;

  constructor(options: UrlListSourceOptions) {
    const { url, surroundings } = options;
    this.name = `${url.origin}${url.pathname}`;
    this.#options = options;
    this.#loop = new RefreshLoop(
      (signal) => this.#attemptInTurn(signal),
      surroundings,
      (problem) => {
        this.#tellFailure(problem);
      },
    );
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get loading(): Promise<void> | undefined {
    return this.#loop.promising;
  }

  load(): Promise<void> {
    return this.#loop.run();
  }

  close(): void {
    this.#loop.close();
  }

  async #attemptInTurn(signal: AbortSignal): Promise<Attempt> {
    const { gate, surroundings } = this.#options;
    const patience = { timers: surroundings.timers, patienceMs: downloadMs };
    const attempt = await gate.run(() => this.#attempt(signal), patience);
    if (attempt === undefined) throw new Error("the host has not answered others before it yet");
    return attempt;
  }

  async #attempt(signal: AbortSignal): Promise<Attempt> {
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
        this.#tellFailure(result.problem);
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
    const { library, authorities, surroundings, emit } = this.#options;
    if (typeof lists === "string") {
      emit({ type: "revocation-list-rejected", source: this.name, problem: lists });
      return failed;
    }
    const { inUse, rejected, isCurrent } = await library.offer(lists, this.name, authorities);
    this.#isLoaded ||= isCurrent;
    if (rejected > 0) return failed;
    this.#validators = validators;
    this.#sentAt = surroundings.clock();
    this.#dueAt = Math.min(...inUse.map(dueAt));
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

  #tellFailure(problem: string): void {
    this.#options.emit({ type: "revocation-source-failed", source: this.name, problem });
  }
}

const failed: Attempt = { outcome: "failed", retryAfterMs: undefined };

function dueAt({ thisUpdate, nextUpdate }: CertificateList): number {
  return nextUpdate - leadPart * (nextUpdate - thisUpdate);
}
