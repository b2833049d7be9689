import { BoundedMap } from "../base/bounded-map.ts";
import type { Limits } from "../base/limits.ts";
import type { TrustSet } from "../path/trust-set.ts";
import type { ValidationRules } from "../path/validation-context.ts";
import { verifyClient } from "../path/verify-client.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { PresentedChain } from "../sources/presentation.ts";
import type { TlsConnection } from "../sources/tls-connection.ts";
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

interface RememberedConnection {
  readonly generation: number;
  readonly client: VerifiedClient;
}

interface RememberedRefusal {
  readonly reason: Reason;
  readonly from: number;
  readonly until: number;
}

/** Somebody who vouches for clients. */
export interface Authority {
  /** The name of the trust set. */
  readonly name: string;
  /** Whether it vouches, at this moment, for the client at the other end. */
  authenticate(connection: TlsConnection, now: number): Authentication;
}

/** Asks one trust set about clients, and remembers what it answered: a client is verified once, not at each connection. */
export class Authenticator implements Authority {
  readonly #trust: TrustSet;
  readonly #limits: Limits;
  readonly #rules: ValidationRules;
  /** By the fingerprint of the client's own certificate: so a resumed session, which shows only that, is known again. */
  readonly #verified: BoundedMap<string, VerifiedClient>;
  /** By the whole presented list, so that nobody's refusal falls back on another. */
  readonly #refused: BoundedMap<string, RememberedRefusal>;
  /** By connection: the request path of a verified client ends here, with two look-ups. */
  readonly #connections = new WeakMap<TlsConnection, RememberedConnection>();

  constructor(trust: TrustSet, limits: Limits, rules: ValidationRules) {
    this.#trust = trust;
    this.#limits = limits;
    this.#rules = rules;
    this.#verified = new BoundedMap(limits.rememberedClients);
    this.#refused = new BoundedMap(limits.rememberedClients);
  }

  get name(): string {
    return this.#trust.name;
  }

  authenticate(connection: TlsConnection, now: number): Authentication {
    const { generation } = connection;
    const known = this.#connections.get(connection);
    if (known?.generation === generation && stillTrue(known.client, now)) return known.client;
    const presentation = connection.present(this.#limits);
    if (presentation.outcome === "absent") return refuse(presentation.reason);
    const authentication = this.#authenticateChain(presentation.chain, now);
    if (authentication.outcome === "refused") {
      return refuse(explainMissingIssuer(authentication.reason, presentation.chain));
    }
    this.#connections.set(connection, { generation, client: authentication });
    return authentication;
  }

  #authenticateChain(chain: PresentedChain, now: number): Authentication {
    const known = this.#verified.get(chain.client.fingerprint);
    if (known !== undefined && stillTrue(known, now)) return known;
    const refused = this.#refused.get(chain.fingerprint);
    // A clock that was set back must not stretch the memory.
    if (refused !== undefined && now >= refused.from && now < refused.until) {
      return refuse(refused.reason);
    }
    const authentication = this.#verify(chain, now);
    if (authentication.outcome === "verified") {
      this.#verified.set(chain.client.fingerprint, authentication);
    } else {
      const { reason: why } = authentication;
      const until = Math.min(now + refusalMemoryMs, this.#nextStart(chain, now));
      this.#refused.set(chain.fingerprint, { reason: why, from: now, until });
    }
    return authentication;
  }

  /** When the next certificate that is not valid yet will be: before that, time changes no refusal for the better. */
  #nextStart({ client, intermediates }: PresentedChain, now: number): number {
    const { anchors, intermediates: helpers } = this.#trust;
    return [client, ...intermediates, ...anchors, ...helpers]
      .map(({ notBefore }) => notBefore)
      .reduce((next, start) => (start > now && start < next ? start : next), Infinity);
  }

  #verify(chain: PresentedChain, now: number): Authentication {
    const { client, intermediates } = chain;
    const context = { ...this.#rules, now };
    const verification = verifyClient(client, intermediates, this.#trust, context, this.#limits);
    if (verification.outcome === "refused") return refuse(verification.reason);
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

function stillTrue({ validFrom, validUntil }: VerifiedClient, now: number): boolean {
  return now >= validFrom && now < validUntil;
}

/** Where TLS hides intermediates, "unknown issuer" would send the operator to the wrong place. */
function explainMissingIssuer(why: Reason, { mayBeIncomplete }: PresentedChain): Reason {
  if (why.code !== "issuer-unknown" || !mayBeIncomplete) return why;
  return reason("chain-incomplete", { details: why.details });
}
