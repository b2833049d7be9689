import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "@mtls-shield/core";
import { isInNetwork } from "@mtls-shield/core/adapter";
import { ArrivalBudget, type Account } from "./arrival-budget.ts";
import { CountedSocket } from "./counted-socket.ts";
import type { HandshakeLimits } from "./handshake-limits.ts";
import { HandshakesUnderWay } from "./handshakes-under-way.ts";
import { sourceKey } from "./source-key.ts";

/** What keeps a connection out. */
export type HandshakeBound = "perAddress" | "overall" | "inProgress" | "maxBytes";

export interface HandshakeGateOptions {
  readonly limits: HandshakeLimits;
  readonly clock: Clock;
  readonly onRefused: (bound: HandshakeBound) => void;
}

/** An ordinary handshake brings 1.5 to 4 KB; each certificate more costs OpenSSL up to 2.5 ms for its 500 octets (sect571r1). */
const ordinaryBytes = 4_096;
const bytesPerUnit = 512;
/** A request that is refused costs a twentieth of a handshake. */
const refusalUnits = 0.05;

interface Arrival extends Account {
  readonly socket: Socket;
  octets: number;
  counted: CountedSocket | undefined;
  isRedeemed: boolean;
}

/** On the TLS connection itself: HTTP/2 shows only a stand-in of it, through which its properties are seen. */
const slot = Symbol("arrival");

interface Connection {
  [slot]?: Arrival;
}

/**
 * Stands in front of TLS. Strangers pay for what their handshakes cost before OpenSSL does the work; who comes from an address that
 * is known pays afterwards, without a detour for its octets.
 */
export class HandshakeGate {
  readonly #limits: HandshakeLimits;
  readonly #budget: ArrivalBudget;
  readonly #underWay: HandshakesUnderWay<Arrival>;
  readonly #onRefused: HandshakeGateOptions["onRefused"];
  /** By whatever TLS is made of. */
  readonly #arrivals = new WeakMap<object, Arrival>();

  constructor({ limits, clock, onRefused }: HandshakeGateOptions) {
    this.#limits = limits;
    this.#onRefused = onRefused;
    this.#budget = new ArrivalBudget(limits, clock);
    this.#underWay = new HandshakesUnderWay(limits);
  }

  /** What TLS may read from; undefined: the connection was ended. */
  admit(socket: Socket): Socket | CountedSocket | undefined {
    const arrival = this.#register(socket);
    const bound = this.#budget.exhausted(arrival);
    if (bound !== undefined) {
      this.#refuse(arrival, bound);
      return undefined;
    }
    const crowded = this.#underWay.add(arrival);
    if (crowded !== undefined) this.#refuse(crowded, "inProgress");
    this.#budget.spend(arrival, 1);
    socket.once("close", () => {
      this.#underWay.delete(arrival);
    });
    if (this.#budget.isKnown(arrival.source)) {
      this.#arrivals.set(socket, arrival);
      return socket;
    }
    arrival.counted = new CountedSocket(socket, (octets) => this.#pay(arrival, octets));
    this.#arrivals.set(arrival.counted, arrival);
    return arrival.counted;
  }

  /** The handshake is over: `below` is what TLS was made of. */
  secured(connection: Duplex, below: object | undefined): void {
    const arrival = below && this.#arrivals.get(below);
    if (arrival === undefined) return;
    (connection as Connection)[slot] = arrival;
    this.#underWay.delete(arrival);
    arrival.counted?.free();
    if (arrival.counted !== undefined || arrival.socket.bytesRead <= this.#limits.maxBytes) return;
    // Too late to spare the work: the next one from there pays beforehand.
    this.#budget.forget(arrival.source);
    this.#budget.spend(arrival, unitsOf(0, arrival.socket.bytesRead));
  }

  /** A request on the connection was admitted. */
  admitted(connection: object): void {
    const arrival = (connection as Connection)[slot];
    if (arrival === undefined || arrival.isRedeemed) return;
    arrival.isRedeemed = true;
    this.#budget.redeem(arrival);
  }

  /** A request on the connection was refused; true: there were too many of them, and it should end. */
  refused(connection: object): boolean {
    const arrival = (connection as Connection)[slot];
    if (arrival === undefined || arrival.isRedeemed) return false;
    this.#budget.spend(arrival, refusalUnits);
    const bound = this.#budget.exhausted(arrival);
    if (bound !== undefined) this.#onRefused(bound);
    return bound !== undefined;
  }

  #register(socket: Socket): Arrival {
    const address = socket.remoteAddress ?? "";
    return {
      socket,
      source: sourceKey(address),
      // Whoever has no address comes from this machine (a Unix socket) or is gone already.
      isExempt:
        address === "" || this.#limits.exempt.some((network) => isInNetwork(address, network)),
      spent: 0,
      octets: 0,
      counted: undefined,
      isRedeemed: false,
    };
  }

  /** Before TLS sees them. */
  #pay(arrival: Arrival, octets: number): boolean {
    const before = arrival.octets;
    arrival.octets += octets;
    if (arrival.octets > this.#limits.maxBytes) {
      this.#budget.spend(arrival, unitsOf(before, arrival.octets));
      this.#refuse(arrival, "maxBytes");
      return false;
    }
    const units = unitsOf(before, arrival.octets);
    if (units === 0) return true;
    const bound = this.#budget.exhausted(arrival);
    if (bound !== undefined) {
      this.#refuse(arrival, bound);
      return false;
    }
    this.#budget.spend(arrival, units);
    return true;
  }

  #refuse(arrival: Arrival, bound: HandshakeBound): void {
    this.#onRefused(bound);
    this.#underWay.delete(arrival);
    arrival.socket.destroy();
  }
}

/** What so many more octets cost, beyond the unit that every handshake pays. */
function unitsOf(before: number, after: number): number {
  const beyond = (octets: number): number => Math.max(0, octets - ordinaryBytes);
  return (beyond(after) - beyond(before)) / bytesPerUnit;
}
