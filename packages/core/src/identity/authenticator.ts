import { BoundedMap } from "../base/bounded-map.ts";
import type { Limits } from "../base/limits.ts";
import type { TrustSet } from "../path/trust-set.ts";
import type { ValidationRules } from "../path/validation-context.ts";
import type { Revocation, Waits } from "../revocation/revocation.ts";
import {
  reverifyClient,
  verifyClient,
  type Verification,
  type VerifiedPresentation,
} from "../path/verify-client.ts";
import { periodOf } from "../path/checks/validity.ts";
import { mostUseful } from "../reasons/most-useful.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { PresentedChain } from "../sources/presentation.ts";
import type { TlsConnection } from "../sources/tls-connection.ts";
import type { ChainMemory } from "./chain-memory.ts";
import { identifyClient, type ClientIdentity } from "./client-identity.ts";

/** Whether a trust set vouches for a client. */
export type Authentication = VerifiedClient | RefusedClient;

export interface RefusedClient {
  readonly outcome: "refused";
  readonly reason: Reason;
}

/** A client that was verified, and until when that holds. */
export interface VerifiedClient {
  readonly outcome: "verified";
  readonly client: ClientIdentity;
  readonly warnings: readonly Reason[];
  /** Epoch milliseconds: true from `validFrom` on, and no longer from `validUntil` on. */
  readonly validFrom: number;
  readonly validUntil: number;
}

/**
 * How long a refusal is remembered, for each presented list, unless time heals it sooner: as short as a person waits who has
 * mended something, and long enough for a client that calls again at once.
 */
const refusalMemoryMs = 60_000;

interface RememberedClient {
  readonly client: VerifiedClient;
  readonly verification: VerifiedPresentation;
  /** What was known of revocations then: with anything new the client is judged anew. */
  readonly revision: number;
}

interface RememberedConnection {
  readonly generation: number;
  readonly known: RememberedClient;
}

interface RememberedRefusal {
  readonly reason: Reason;
  readonly revision: number;
  readonly from: number;
  readonly until: number;
}

/** Whoever can tell which clients a trust set vouches for. */
export interface Authority {
  readonly name: string;
  /**
   * What has to come from elsewhere first is added to `waits`: once these have settled, the answer may be another. Without it
   * the answer is the one of this moment.
   */
  authenticate(connection: TlsConnection, now: number, waits?: Waits): Authentication;
}

/** Asks one trust set about clients, and remembers what it answered: a client is verified once, not at each connection. */
export class Authenticator implements Authority {
  readonly #trust: TrustSet;
  readonly #limits: Limits;
  readonly #rules: ValidationRules;
  readonly #revocation: Revocation | undefined;
  readonly #chains: ChainMemory;
  /** By the fingerprint of the client's own certificate: so a resumed session, which shows only that, is known again. */
  readonly #verified: BoundedMap<string, RememberedClient>;
  /** By the whole presented list, so that nobody's refusal falls back on another. */
  readonly #refused: BoundedMap<string, RememberedRefusal>;
  /** By connection: the request path of a verified client ends here, with two look-ups. */
  readonly #connections = new WeakMap<TlsConnection, RememberedConnection>();

  constructor(
    trust: TrustSet,
    limits: Limits,
    rules: ValidationRules,
    revocation: Revocation | undefined,
    chains: ChainMemory,
  ) {
    this.#chains = chains;
    this.#trust = trust;
    this.#limits = limits;
    this.#rules = rules;
    this.#revocation = revocation;
    this.#verified = new BoundedMap(limits.rememberedClients);
    this.#refused = new BoundedMap(limits.rememberedClients);
  }

  get name(): string {
    return this.#trust.name;
  }

  authenticate(connection: TlsConnection, now: number, waits?: Waits): Authentication {
    const { generation } = connection;
    const last = this.#connections.get(connection);
    if (last?.generation === generation && this.#isStillTrue(last.known, now)) {
      return last.known.client;
    }
    const presentation = connection.present(this.#limits);
    if (presentation.outcome === "absent") return refuse(presentation.reason);
    const waitsBefore = waits?.length;
    const found = this.#authenticateChain(presentation.chain, now, waits);
    if ("outcome" in found) {
      return refuse(explainMissingIssuer(found.reason, presentation.chain));
    }
    if (waits?.length === waitsBefore)
      this.#connections.set(connection, { generation, known: found });
    return found.client;
  }

  get #revision(): number {
    return this.#revocation?.revision ?? 0;
  }

  #isStillTrue({ client, revision }: RememberedClient, now: number): boolean {
    return now >= client.validFrom && now < client.validUntil && revision === this.#revision;
  }

  #authenticateChain(
    chain: PresentedChain,
    now: number,
    waits: Waits | undefined,
  ): RememberedClient | RefusedClient {
    const known = this.#verified.get(chain.client.fingerprint);
    if (known !== undefined && this.#isStillTrue(known, now)) return known;
    const refused = this.#refused.get(chain.fingerprint);
    // A clock that was set back must not stretch the memory.
    const isRemembered = refused !== undefined && now >= refused.from && now < refused.until;
    if (isRemembered && refused.revision === this.#revision) return refuse(refused.reason);
    return this.#judge(chain, known, now, waits);
  }

  #judge(
    chain: PresentedChain,
    known: RememberedClient | undefined,
    now: number,
    waits: Waits | undefined,
  ): RememberedClient | RefusedClient {
    // Read before the check: what changes while it runs is news.
    const revision = this.#revision;
    const ownWaits: Waits = [];
    const acceptPath = this.#revocation?.begin(now, this.#trust, waits && ownWaits);
    const context = { ...this.#rules, now, acceptPath };
    const { client } = chain;
    const refusals: Reason[] = [];
    let verification: Verification | undefined;
    // A resumed session shows no intermediates, so the path that was found has to do; only if it no longer does, another.
    if (known !== undefined && this.#revocation !== undefined && isWithin(known, now)) {
      verification = reverifyClient(known.verification, context);
      if (verification.outcome === "refused") refusals.push(verification.reason);
    }
    if (verification?.outcome !== "verified") {
      const intermediates = this.#chains.intermediatesOf(chain);
      verification = verifyClient(client, intermediates, this.#trust, context, this.#limits);
    }
    waits?.push(...ownWaits);
    if (verification.outcome === "refused") {
      const why = mostUseful([verification.reason, ...refusals]);
      const tried = verification.tried.map((path) => path.reason);
      // Whichever of them is told: what only could not be had may be there a moment later.
      const isLasting = [why, ...refusals, ...tried].every(
        ({ category }) => category !== "availability",
      );
      if (ownWaits.length === 0 && isLasting) {
        const until = Math.min(now + refusalMemoryMs, this.#nextStart(chain, now));
        this.#refused.set(chain.fingerprint, { reason: why, revision, from: now, until });
      }
      return refuse(why);
    }
    this.#chains.remember(verification);
    const found = { client: this.#identify(verification), verification, revision };
    // Whoever waits for an answer asks again.
    if (ownWaits.length === 0) this.#verified.set(client.fingerprint, found);
    return found;
  }

  /** When the next certificate that is not valid yet will be: before that, time changes no refusal for the better. */
  #nextStart({ client, intermediates }: PresentedChain, now: number): number {
    const { anchors, intermediates: helpers } = this.#trust;
    return [client, ...intermediates, ...anchors, ...helpers]
      .map(({ notBefore }) => notBefore)
      .reduce((next, start) => (start > now && start < next ? start : next), Infinity);
  }

  #identify(verification: VerifiedPresentation): VerifiedClient {
    const { warnings, validFrom, validUntil } = verification;
    return Object.freeze({
      outcome: "verified",
      client: identifyClient(verification, this.#trust.name),
      warnings: Object.freeze(warnings),
      validFrom,
      validUntil,
    });
  }
}

function refuse(why: Reason): RefusedClient {
  return { outcome: "refused", reason: why };
}

/** The certificates of the path that was found are valid still. */
function isWithin({ verification }: RememberedClient, now: number): boolean {
  return now >= verification.validFrom && now < periodOf(verification.path).until;
}

/** Where TLS hides intermediates, "unknown issuer" would send the operator to the wrong place. */
function explainMissingIssuer(why: Reason, { mayBeIncomplete }: PresentedChain): Reason {
  if (why.code !== "issuer-unknown" || !mayBeIncomplete) return why;
  return reason("chain-incomplete", { details: why.details });
}
