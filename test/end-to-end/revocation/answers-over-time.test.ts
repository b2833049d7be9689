import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import type { RevocationOptions } from "@mtls-shield/node";
import {
  authority,
  fakeTimers,
  ocspError,
  ocspResponse,
  type OcspSingleChanges,
} from "@mtls-shield/testkit";
import { eventually } from "./eventually.ts";
import { fakeResponder, type Behaviour } from "./fake-responder.ts";
import { KeptConnection } from "./kept-connection.ts";
import { shieldedServer, type ShieldedServer } from "./shielded-server.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const ca = authority();
const client = ca.client({ commonName: "orders" });

/** An API, a responder and a client that keeps its connection; time stands still until it is told to pass. */
class Scene {
  readonly #timers = fakeTimers(Date.now());
  readonly #closes: (() => unknown)[] = [];
  #responder: Awaited<ReturnType<typeof fakeResponder>> | undefined;
  #api: ShieldedServer | undefined;
  #connection: KeptConnection | undefined;

  get now(): number {
    return this.#timers.clock();
  }

  get api(): ShieldedServer {
    return this.#api as ShieldedServer;
  }

  /** How often the responder was asked. */
  get queries(): number {
    return this.#responder?.queries.length ?? 0;
  }

  async open(behaviour: Behaviour, revocation: RevocationOptions = {}): Promise<this> {
    this.#responder = await fakeResponder(behaviour);
    this.#api = await shieldedServer({
      trust: ca.root.pem,
      revocation: { ...revocation, ocsp: this.#responder.url },
      clock: this.#timers.clock,
      timers: this.#timers,
    });
    this.#closes.push(this.#responder.close, this.#api.close);
    await this.connect();
    return this;
  }

  /** A new connection of the same client, in place of the one before. */
  async connect(): Promise<void> {
    const connection = await KeptConnection.open(this.api.port, client);
    this.#connection = connection;
    this.#closes.push(() => {
      connection.close();
    });
  }

  behave(behaviour: Behaviour): void {
    this.#responder?.behave(behaviour);
  }

  /** What the responder says from now on, for a time. */
  say(single: OcspSingleChanges, lastsMs: number): void {
    this.behave(this.saying(single, lastsMs));
  }

  saying(single: OcspSingleChanges, lastsMs: number): Behaviour {
    return {
      answer: ({ serialNumber, nonce }) =>
        ocspResponse(ca.certificate, {
          now: this.now,
          responses: [
            { serialNumber, thisUpdate: this.now, nextUpdate: this.now + lastsMs, ...single },
          ],
          ...(nonce && { nonce }),
        }),
    };
  }

  /** The status of the next request over the connection, and the code of the reason. */
  async call(): Promise<string> {
    const answer = await this.#connection?.get();
    if (answer === undefined) return "ended";
    return typeof answer.outcome === "string" ? answer.outcome : String(answer.status);
  }

  get isEnded(): boolean {
    return this.#connection?.isEnded === true;
  }

  /** How long it takes until something is done in the background. */
  get nextTaskMs(): number {
    const [next] = this.#timers.pauses;
    return Math.ceil(next ?? Infinity);
  }

  /** Lets time pass task by task, and lets what goes over the network come to its end in between: it takes no time. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await this.settle();
      if (this.now + this.nextTaskMs > end) break;
      await this.#timers.advance(this.nextTaskMs);
    }
    await this.#timers.advance(end - this.now);
    await this.settle();
  }

  /** Only lets time pass: what is under way stays so. */
  async hold(ms: number): Promise<void> {
    await this.#timers.advance(ms);
  }

  async settle(): Promise<void> {
    await eventually("nothing is under way", () => this.api.inFlight() === 0, { withinMs: 8_000 });
    await turn();
    await turn();
  }

  async close(): Promise<void> {
    for (const close of this.#closes.reverse()) await close();
  }
}

describe("an answer of a responder, over time", () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.close());

  it("is refreshed before its nextUpdate while its client keeps calling, and no request waits for that", async () => {
    await scene.open(scene.saying({}, hourMs));
    expect(await scene.call()).to.equal("200");
    let answerNow: () => void = () => undefined;
    const { answer } = scene.saying({}, hourMs);
    scene.behave({
      answer: (query, response) =>
        new Promise((resolve) => {
          answerNow = () => {
            resolve(answer?.(query, response) as Uint8Array);
          };
        }),
    });
    // 80 % of its time, less a tenth at most.
    const dueMs = scene.nextTaskMs;
    expect(dueMs / minuteMs).to.be.within(43, 49);
    await scene.hold(dueMs - secondMs);
    expect(await scene.call()).to.equal("200");
    expect(scene.queries).to.equal(1);
    await scene.hold(2 * secondMs);
    await eventually("it is asked", () => scene.queries === 2, { withinMs: 8_000 });
    // The responder has the question and does not answer yet: the clients get their answers all the same.
    for (let request = 0; request < 20; request++) expect(await scene.call()).to.equal("200");
    expect(scene.api.inFlight()).to.equal(1);
    answerNow();
    await scene.settle();
    expect(scene.queries).to.equal(2);
    scene.behave({});
    await scene.hold(hourMs - dueMs + 5 * secondMs);
    // The first answer has expired, and the second one counts.
    expect(await scene.call()).to.equal("200");
    expect(scene.queries).to.equal(2);
    expect(scene.api.events).to.deep.equal([]);
  });

  for (const { mode, then } of [
    { mode: "hard", then: "revocation-unknown" },
    { mode: "soft", then: "200" },
  ] as const) {
    it(`counts until its nextUpdate when the responder is gone, and then the mode decides: ${mode}`, async () => {
      await scene.open(scene.saying({}, hourMs), { mode });
      expect(await scene.call()).to.equal("200");
      scene.behave({
        onConnection(socket) {
          socket.destroy();
        },
      });
      for (let minutes = 0; minutes < 60; minutes += 5) {
        expect(await scene.call()).to.equal("200");
        expect(scene.api.lastDecision().warnings).to.deep.equal([]);
        await scene.pass(5 * minuteMs);
      }
      expect(scene.queries).to.equal(1);
      expect(scene.api.eventsOf("revocation-source-failed").length).to.be.greaterThan(2);
      await scene.pass(2 * secondMs);
      expect(await scene.call()).to.equal(then);
      const { warnings } = scene.api.lastDecision();
      expect(warnings).to.have.lengthOf(mode === "soft" ? 1 : 0);
      expect(scene.api.eventsOf("revocation-status-forgiven")).to.have.lengthOf(warnings.length);
      // Back again, and noticed after the longest pause.
      scene.say({}, hourMs);
      await scene.pass(5 * minuteMs + secondMs);
      expect(await scene.call()).to.equal("200");
      expect(scene.api.lastDecision().warnings).to.deep.equal([]);
    });
  }

  it("counts toleranceMs longer where the operator wants that", async () => {
    await scene.open(scene.saying({}, hourMs), { toleranceMs: 10 * minuteMs });
    expect(await scene.call()).to.equal("200");
    scene.behave({ answer: () => ocspError("tryLater") });
    await scene.pass(hourMs + 9 * minuteMs);
    expect(await scene.call()).to.equal("200");
    await scene.pass(2 * minuteMs);
    expect(await scene.call()).to.equal("revocation-unknown");
  });

  for (const mode of ["hard", "soft"] as const) {
    it(`that says revoked takes effect at the next request of a kept connection, and ends it: ${mode}`, async () => {
      await scene.open(scene.saying({}, hourMs), { mode });
      expect(await scene.call()).to.equal("200");
      scene.say({ status: "revoked", reason: "keyCompromise" }, hourMs);
      await scene.pass(30 * minuteMs);
      expect(await scene.call()).to.equal("200");
      await scene.pass(19 * minuteMs);
      expect(scene.queries).to.equal(2);
      expect(await scene.call()).to.equal("certificate-revoked");
      await eventually("the connection ends", () => scene.isEnded, { withinMs: 8_000 });
      await scene.connect();
      expect(await scene.call()).to.equal("certificate-revoked");
    });

    it(`that says revoked stays true after its nextUpdate when the responder is gone: ${mode}`, async () => {
      await scene.open(scene.saying({ status: "revoked" }, hourMs), { mode });
      expect(await scene.call()).to.equal("certificate-revoked");
      scene.behave({ answer: () => ocspError("tryLater") });
      for (let hours = 0; hours < 3; hours++) {
        await scene.pass(hourMs);
        await scene.connect();
        expect(await scene.call()).to.equal("certificate-revoked");
      }
    });
  }

  it("that counts for a day is asked for again within refreshMs as long as its client keeps calling", async () => {
    await scene.open(scene.saying({}, 24 * hourMs), { refreshMs: hourMs });
    for (let minutes = 0; minutes < 6 * 60; minutes += 10) {
      expect(await scene.call()).to.equal("200");
      await scene.pass(10 * minuteMs);
    }
    scene.say({ status: "revoked" }, 24 * hourMs);
    let lateMs = 0;
    while ((await scene.call()) === "200") {
      await scene.pass(5 * minuteMs);
      lateMs += 5 * minuteMs;
      expect(lateMs).to.be.at.most(hourMs + 5 * minuteMs);
    }
    expect(await scene.call()).to.equal("ended");
    expect(scene.queries).to.be.within(6, 9);
  });

  it("is no longer asked for when its client has stopped calling, and anew when it comes back", async () => {
    await scene.open(scene.saying({}, 24 * hourMs), { refreshMs: hourMs });
    expect(await scene.call()).to.equal("200");
    await scene.pass(12 * hourMs);
    const asked = scene.queries;
    expect(asked).to.be.at.most(4);
    await scene.pass(36 * hourMs);
    expect(scene.queries).to.equal(asked);
    expect(await scene.call()).to.equal("200");
    expect(scene.queries).to.equal(asked + 1);
  });

  it("that is older than the one before does not replace it", async () => {
    await scene.open(scene.saying({}, hourMs));
    expect(await scene.call()).to.equal("200");
    const recorded = { thisUpdate: scene.now - hourMs, nextUpdate: scene.now + 24 * hourMs };
    scene.say(recorded, 0);
    await scene.pass(50 * minuteMs);
    expect(scene.queries).to.be.greaterThan(1);
    for (const event of scene.api.eventsOf("revocation-source-failed")) {
      expect(event).to.include({ problem: "the OCSP response is older than the one before" });
    }
    expect(await scene.call()).to.equal("200");
    await scene.pass(11 * minuteMs);
    expect(await scene.call()).to.equal("revocation-unknown");
  });

  it("that says good cannot be replayed to end a hold, neither while that counts nor after", async () => {
    await scene.open(scene.saying({}, 24 * hourMs), { refreshMs: hourMs, mode: "hard" });
    expect(await scene.call()).to.equal("200");
    const recorded = { thisUpdate: scene.now, nextUpdate: scene.now + 24 * hourMs };
    scene.say({ status: "revoked", reason: "certificateHold" }, 2 * hourMs);
    await scene.pass(hourMs);
    expect(await scene.call()).to.equal("certificate-on-hold");
    scene.say(recorded, 0);
    for (let hours = 0; hours < 6; hours++) {
      await scene.pass(hourMs);
      await scene.connect();
      expect(await scene.call()).to.equal(hours < 1 ? "certificate-on-hold" : "revocation-unknown");
    }
  });

  it("that ends a hold lets the client in again", async () => {
    await scene.open(scene.saying({ status: "revoked", reason: "certificateHold" }, 24 * hourMs), {
      refreshMs: hourMs,
    });
    expect(await scene.call()).to.equal("certificate-on-hold");
    scene.say({}, 24 * hourMs);
    await scene.pass(hourMs + minuteMs);
    await scene.connect();
    expect(await scene.call()).to.equal("200");
  });

  it("that never comes is asked for with longer and longer pauses, however many requests want it", async () => {
    await scene.open({ answer: () => ocspError("tryLater") });
    const passedAt: number[] = [];
    const start = scene.now;
    for (let seconds = 0; seconds < 70; seconds++) {
      const before = scene.queries;
      for (let request = 0; request < 3; request++) {
        expect(await scene.call()).to.equal("revocation-unknown");
      }
      if (scene.queries > before) passedAt.push(scene.now - start);
      await scene.pass(secondMs);
    }
    // After 1, 3, 7, 15, 31 and 63 seconds, less a tenth of the pauses at most.
    expect(scene.queries).to.be.within(6, 8);
    expect(passedAt).to.deep.equal([0]);
    await scene.pass(hourMs);
    // Once a minute from then on.
    expect(scene.queries).to.be.within(8 + 55, 8 + 70);
  });

  it("is not asked for earlier than the responder says in Retry-After", async () => {
    await scene.open({
      answer(_query, response) {
        response.writeHead(503, { "retry-after": "120" }).end();
        return undefined;
      },
    });
    expect(await scene.call()).to.equal("revocation-unknown");
    await scene.pass(119 * secondMs);
    expect(await scene.call()).to.equal("revocation-unknown");
    expect(scene.queries).to.equal(1);
    scene.say({}, hourMs);
    // A ninth later at most.
    await scene.pass(16 * secondMs);
    expect(await scene.call()).to.equal("200");
    expect(scene.queries).to.equal(2);
  });
});
