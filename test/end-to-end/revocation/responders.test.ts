import { once } from "node:events";
import { connect as connectHttp2, createSecureServer, type ClientHttp2Session } from "node:http2";
import { expect } from "chai";
import { mtls, type RevocationOptions, type ShieldOptions } from "@mtls-shield/node";
import {
  der,
  ocspError,
  startServer,
  type IssuedChain,
  type TestCertificate,
} from "@mtls-shield/testkit";
import { eventually } from "./eventually.ts";
import { fakeResponder, type Behaviour, type FakeResponder } from "./fake-responder.ts";
import { always, ca, says } from "./responder-answers.ts";
import { client, responderCases, type ResponderCase } from "./responder-cases.ts";
import { shieldedServer, type ShieldedServer } from "./shielded-server.ts";

/** What a request may take beyond `timeoutMs` on a machine that has other things to do; exchanges end after 10 s. */
const noiseMs = 6_000;

describe("a responder", () => {
  const running: { readonly close: () => Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  async function respond(behaviour: Behaviour): Promise<FakeResponder> {
    const responder = await fakeResponder(behaviour);
    running.push(responder);
    return responder;
  }

  async function protect(
    responder: Pick<FakeResponder, "url">,
    revocation: RevocationOptions,
    more: ShieldOptions = {},
  ): Promise<ShieldedServer> {
    const { ocsp } = revocation;
    const api = await shieldedServer({
      trust: ca.root.pem,
      revocation: {
        ...revocation,
        ocsp: { ...(ocsp as object | undefined), responders: responder.url },
      },
      ...more,
    });
    running.push(api);
    return api;
  }

  /** The responder of a case, and whom it has to be that is asked. */
  async function respondAs({ behaviour }: ResponderCase): Promise<FakeResponder> {
    const responder = await respond(behaviour === "not listening" ? {} : behaviour);
    if (behaviour === "not listening") await running.pop()?.close();
    return responder;
  }

  for (const one of responderCases) {
    const { name, verdict, revocation, ocsp, isSlow } = one;
    const timeoutMs = isSlow === true ? 150 : 8_000;
    const start = async (mode: "hard" | "soft" | "off") => {
      const responder = await respondAs(one);
      const api = await protect(responder, {
        ...revocation,
        ...(ocsp && { ocsp }),
        mode,
        timeoutMs,
      });
      const begin = performance.now();
      const answer = await api.call({ client });
      const tookMs = performance.now() - begin;
      expect(tookMs).to.be.lessThan(timeoutMs + noiseMs);
      return { responder, api, answer, tookMs };
    };
    const isKnown = typeof verdict === "string";

    it(`that ${name}: ${isKnown ? verdict : "503"} where it is hard`, async () => {
      const { responder, api, answer, tookMs } = await start("hard");
      if (verdict === "let in") {
        expect(answer.text).to.equal("let in");
        expect(api.lastDecision().warnings).to.deep.equal([]);
        expect(api.eventsOf("revocation-source-failed")).to.deep.equal([]);
      } else {
        const code = isKnown ? verdict : "revocation-unknown";
        expect(answer.json).to.include({ status: isKnown ? 403 : 503, code });
        expect(answer.status).to.equal(isKnown ? 403 : 503);
        // Only what is known for certain ends the connection.
        if (isKnown) expect(answer.headers.connection).to.equal("close");
      }
      if (!isKnown) {
        expect(problemOf(api)).to.match(verdict);
        if (isSlow === true) expect(tookMs).to.be.greaterThan(timeoutMs - 50);
        else expect(api.eventsOf("revocation-source-failed")).to.have.lengthOf(1);
      }
      expect(api.eventsOf("revocation-status-forgiven")).to.deep.equal([]);
      expect(new Set(api.asked.map((url) => new URL(url).origin))).to.deep.equal(
        new Set([responder.url]),
      );
    });

    it(`that ${name}: ${isKnown ? verdict : "let in with a warning"} where it is soft`, async () => {
      const { api, answer } = await start("soft");
      if (!isKnown) {
        expect(answer.text).to.equal("let in");
        const { warnings } = api.lastDecision();
        expect(warnings.map(({ code }) => code)).to.deep.equal(["revocation-unknown"]);
        expect(warnings[0]?.details["problem"]).to.match(verdict);
        expect(api.eventsOf("revocation-status-forgiven")).to.have.lengthOf(1);
        expect(api.counts).to.include({
          "mtls_shield_revocation_events_total revocation-status-forgiven": 1,
        });
      } else if (verdict === "let in") {
        expect(answer.text).to.equal("let in");
        expect(api.lastDecision().warnings).to.deep.equal([]);
      } else {
        expect(answer.json).to.include({ status: 403, code: verdict });
      }
      if (isKnown) expect(api.eventsOf("revocation-status-forgiven")).to.deep.equal([]);
    });

    it(`that ${name}: not asked where it is off`, async () => {
      const { responder, api, answer } = await start("off");
      expect(answer.text).to.equal("let in");
      expect(api.lastDecision().warnings).to.deep.equal([]);
      expect(api.asked).to.deep.equal([]);
      expect(responder.connections()).to.equal(0);
    });
  }

  it("that answers late counts from the next request on", async () => {
    let answerNow: () => void = () => undefined;
    const responder = await respond({
      answer: (query) =>
        new Promise((resolve) => {
          answerNow = () => {
            resolve(says()(query));
          };
        }),
    });
    const api = await protect(responder, { timeoutMs: 100 });
    expect((await api.call({ client })).json).to.include({ code: "revocation-unknown" });
    answerNow();
    await eventually("the answer has come", () => api.inFlight() === 0, { withinMs: noiseMs });
    expect((await api.call({ client })).text).to.equal("let in");
    expect(responder.queries).to.have.lengthOf(1);
  });

  it("that never answers is asked once, and each request waits no longer than timeoutMs for it", async () => {
    const responder = await respond({ answer: () => undefined });
    const api = await protect(responder, { timeoutMs: 200 });
    const begin = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.call({ client })));
    expect(performance.now() - begin).to.be.lessThan(noiseMs);
    expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(20).fill(503));
    expect(responder.queries).to.have.lengthOf(1);
  });

  it("is asked once for 1,000 requests that one client makes at once over ten connections", async () => {
    const api = await openHttp2({ answer: says() }, client, 10);
    const statuses = await api.callOften(1_000);
    expect(statuses).to.deep.equal(Array<number>(1_000).fill(200));
    expect(api.responder.queries).to.have.lengthOf(1);
  });

  it("is asked once for 1,000 requests of a client that it knows as revoked", async () => {
    const api = await openHttp2({ answer: says({ status: "revoked" }) }, client, 10);
    const statuses = await api.callOften(1_000);
    expect(statuses).to.deep.equal(Array<number>(1_000).fill(403));
    expect(api.responder.queries).to.have.lengthOf(1);
  });

  it("is asked once for each of two clients that call at once", async () => {
    const responder = await respond({ answer: says() });
    const api = await protect(responder, { timeoutMs: 8_000 });
    const clients = [client, ca.client({ commonName: "billing" })];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => api.call({ client: clients[index % 2] })),
    );
    expect(answers.map(({ text }) => text)).to.deep.equal(Array<string>(40).fill("let in"));
    const serials = responder.queries.map(({ serialNumber }) => serialNumber);
    expect(serials).to.have.lengthOf(2);
    expect(new Set(serials)).to.have.property("size", 2);
  });

  it("gets a nonce of 32 octets, another one each time, and none where the operator wants none", async () => {
    const responder = await respond({ answer: says() });
    const api = await protect(responder, { timeoutMs: 8_000 });
    await api.call({ client });
    await api.call({ client: ca.client() });
    const [first, second] = responder.queries.map(({ nonce }) => Buffer.from(nonce ?? []));
    expect([first?.length, second?.length]).to.deep.equal([32, 32]);
    expect(first?.equals(second as Buffer)).to.equal(false);
    const plain = await protect(responder, { timeoutMs: 8_000, ocsp: { nonce: "off" } });
    await plain.call({ client });
    expect(responder.queries.at(-1)).to.include({ nonce: undefined });
  });

  it("is asked about authorities too, and its word about them counts", async () => {
    const issuing = ca.intermediate();
    const own = issuing.client();
    const issuingSerial = BigInt(`0x${hexOf(issuing.certificate)}`);
    const responder = await respond({
      answer: (query) =>
        query.serialNumber === issuingSerial
          ? says({ status: "revoked" })(query)
          : says({}, { signer: issuing.certificate, issuer: issuing.certificate })(query),
    });
    const api = await protect(responder, { timeoutMs: 8_000 });
    expect((await api.call({ client: own })).json).to.include({ code: "certificate-revoked" });
    expect(refusedCertificate(api)).to.deep.equal(["certificate-revoked", 1]);
    const leafOnly = await protect(responder, { timeoutMs: 8_000, covers: "leaf" });
    expect((await leafOnly.call({ client: own })).text).to.equal("let in");
  });

  it("is asked after one that fails", async () => {
    const broken = await respond(always(ocspError("tryLater")));
    const good = await respond({ answer: says() });
    const api = await shieldedServer({
      trust: ca.root.pem,
      revocation: { ocsp: [broken.url, good.url], timeoutMs: 8_000 },
    });
    running.push(api);
    expect((await api.call({ client })).text).to.equal("let in");
    expect([broken.queries.length, good.queries.length]).to.deep.equal([1, 1]);
    expect(api.eventsOf("revocation-source-failed")).to.have.lengthOf(1);
  });

  it("that fails is not asked again by every request, in any mode, and is noticed when it has recovered", async () => {
    for (const mode of ["hard", "soft"] as const) {
      const responder = await respond(always(ocspError("tryLater")));
      const api = await protect(responder, { mode, timeoutMs: 8_000 });
      const expected = mode === "hard" ? 503 : 200;
      for (let request = 0; request < 30; request++) {
        expect((await api.call({ client })).status).to.equal(expected);
      }
      // Thirty calls take less than the second after which it is asked again, or little more on a busy machine.
      expect(responder.queries.length).to.be.within(1, 3);
      responder.behave({ answer: says(mode === "hard" ? {} : { status: "revoked" }) });
      const recovered = mode === "hard" ? 200 : 403;
      await eventually(
        "the recovered responder counts",
        async () => (await api.call({ client })).status === recovered,
        { withinMs: 15_000 },
      );
    }
  }).timeout(40_000);

  /** Sessions of HTTP/2 of one client, over which any number of requests are under way at once. */
  async function openHttp2(behaviour: Behaviour, who: IssuedChain, connections: number) {
    let arrived = 0;
    let allArrived: () => void = () => undefined;
    // Answers only once everybody has asked, so that all of them are first requests.
    const gathered = new Promise<void>((resolve) => {
      allArrived = resolve;
    });
    const responder = await respond({
      async answer(query, response) {
        await gathered;
        return behaviour.answer?.(query, response) as Uint8Array;
      },
    });
    const shield = mtls({
      trust: ca.root.pem,
      revocation: { ocsp: responder.url, timeoutMs: 9_000 },
    });
    let expected = Infinity;
    const tls = ca.server();
    const server = createSecureServer(
      {
        key: tls.leaf.privateKeyPem,
        cert: tls.chainPem,
        ca: ca.root.pem,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (request, response) => {
        shield(request, response, () => response.end());
        if (++arrived === expected) allArrived();
      },
    );
    const { port, close } = await startServer(server);
    const sessions: ClientHttp2Session[] = [];
    for (let index = 0; index < connections; index++) {
      const session = connectHttp2(`https://127.0.0.1:${port}`, {
        cert: who.chainPem,
        key: who.leaf.privateKeyPem,
        rejectUnauthorized: false,
      });
      // One that was refused for a revocation ends its connection.
      session.on("error", () => undefined);
      sessions.push(session);
      await once(session, "connect");
    }
    running.push({
      async close() {
        for (const session of sessions) session.destroy();
        shield.close();
        await close();
      },
    });
    const call = async (session: ClientHttp2Session): Promise<number> => {
      const stream = session.request({ ":path": "/" });
      const [headers] = (await once(stream, "response")) as [{ readonly ":status"?: number }];
      stream.resume();
      return headers[":status"] ?? 0;
    };
    return {
      responder,
      callOften(count: number) {
        expected = count;
        return Promise.all(
          Array.from({ length: count }, (_, index) =>
            call(sessions[index % connections] as ClientHttp2Session),
          ),
        );
      },
    };
  }
});

/** What the operator reads about a status that nobody knows. */
function problemOf(api: ShieldedServer): unknown {
  const decision = api.lastDecision();
  return decision.outcome === "deny" ? decision.reason.details["problem"] : undefined;
}

/** The reason of the last refusal, and which certificate of the path it is about. */
function refusedCertificate(api: ShieldedServer): readonly unknown[] {
  const decision = api.lastDecision();
  if (decision.outcome !== "deny") return [];
  const { code, certificateIndex } = decision.reason;
  return [code, certificateIndex];
}

function hexOf({ parts }: TestCertificate): string {
  return Buffer.from(der.contentOf(parts.serialNumber)).toString("hex");
}
