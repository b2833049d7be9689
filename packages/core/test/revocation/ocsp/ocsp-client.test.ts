import {
  authority,
  ocspDelegate,
  ocspError,
  ocspResponse,
  type OcspChanges,
  type OcspSingleChanges,
} from "@mtls-shield/testkit";
import { expect } from "chai";

import type { FetchSurroundings } from "../../../src/network/fetch-limited.ts";
import type { Certificate } from "../../../src/x509/certificate.ts";
import {
  OcspClient,
  type OcspClientOptions,
  type StatusQuestion,
} from "../../../src/revocation/ocsp/ocsp-client.ts";
import { encodeOcspRequest } from "../../../src/x509/ocsp-request.ts";
import { noLegacy } from "../../../src/x509/signature.ts";
import { parsed } from "../../certificates.ts";
import { addressOf, scriptedWorld, silence, start } from "../scripted-world.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const ca = authority({ clock: () => start });
const { leaf } = ca.client();
const certificate = parsed(leaf);
const issuer = parsed(ca.certificate);
const responder = addressOf("http://ocsp.example/");
const nonce = Buffer.alloc(32);

/** An answer about the client that counts for ten days, of which none has passed. */
function answer(
  single: OcspSingleChanges = {},
  changes: OcspChanges = {},
  signer = ca.certificate,
) {
  const dates = { thisUpdate: start, nextUpdate: start + 10 * dayMs };
  return ocspResponse(signer, {
    now: start,
    issuer: ca.certificate,
    responses: [{ certificate: leaf, ...dates, ...single }],
    ...changes,
  });
}

function clientOf(options: Partial<OcspClientOptions> = {}) {
  const world = scriptedWorld();
  const { surroundings, emit, timers } = world;
  const client = new OcspClient({
    surroundings,
    signers: [],
    legacy: noLegacy,
    nonce: "send",
    certificateIdHash: "sha1",
    toleranceMs: 0,
    maxAgeMs: 300_000,
    refreshMs: hourMs,
    emit,
    ...options,
  });
  const ask = (changes: Partial<StatusQuestion> = {}) =>
    client.ask({
      certificate,
      issuer,
      responders: [responder],
      isSignerRevoked: () => false,
      ...changes,
    });
  /** The status, or why there is none. */
  const status = (): string => {
    const known = client.answerTo(certificate, issuer);
    return typeof known === "string" ? known : known.status;
  };
  /** Lets time pass while the client goes on calling. */
  const callFor = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += hourMs / 2) {
      status();
      await timers.advance(hourMs / 2);
    }
  };
  return { world, client, ask, status, callFor, timers };
}

describe("OcspClient", () => {
  it("asks, and keeps the answer", async () => {
    const { world, ask, status, client } = clientOf();
    world.reply = () => ({ body: answer() });
    expect(status()).to.equal("no OCSP responder was asked yet");
    const pending = ask();
    expect(status()).to.equal("the OCSP responder has not answered yet");
    await pending;
    expect(status()).to.equal("good");
    expect(client.answerTo(certificate, issuer)).to.include({
      goodUntil: start + hourMs,
      thisUpdate: start,
    });
    expect([world.requests.length, client.revision, world.heard()]).to.deep.equal([1, 0, []]);
  });

  it("makes one request for all who ask at the same time", async () => {
    const { world, ask } = clientOf();
    world.reply = () => ({ body: answer() });
    const pending = Array.from({ length: 1_000 }, () => ask());
    expect(new Set(pending).size).to.equal(1);
    await pending[0];
    expect(world.requests).to.have.length(1);
  });

  it("asks nobody where nobody is named", () => {
    const { ask } = clientOf();
    expect(ask({ responders: [] })).to.equal(undefined);
  });

  it("knows a certificate whose signature was turned into its twin", async () => {
    const { world, ask, client } = clientOf();
    world.reply = () => ({ body: answer({ status: "revoked" }) });
    await ask();
    // The last octet is of the signature.
    const twin = parsed({
      der: leaf.der.map((octet, at) => (at + 1 < leaf.der.length ? octet : octet ^ 1)),
    });
    expect(twin.fingerprint).to.not.equal(certificate.fingerprint);
    expect(client.answerTo(twin, issuer)).to.include({ status: "revoked" });
  });

  it("keeps answers of one key's certificates of an authority, and none of another key", async () => {
    const { world, ask, client } = clientOf();
    world.reply = () => ({ body: answer() });
    await ask();
    const namesake = parsed(authority({ clock: () => start }).certificate);
    expect(client.answerTo(certificate, namesake)).to.equal("no OCSP responder was asked yet");
  });

  describe("with its requests", () => {
    const request = encodeOcspRequest({ certificate, issuer }, { hash: "sha1", nonce: undefined });

    it("sends a nonce with POST", async () => {
      const { world, ask, status } = clientOf();
      world.reply = () => ({ body: answer({}, { nonce }) });
      await ask();
      expect(status()).to.equal("good");
      expect(world.requests[0]).to.deep.include({
        method: "POST",
        headers: {
          accept: "application/ocsp-response",
          "content-type": "application/ocsp-request",
        },
        body: encodeOcspRequest({ certificate, issuer }, { hash: "sha1", nonce }),
      });
    });

    it("accepts no other nonce, and none at all only where it is not required", async () => {
      for (const [mode, changes, expected] of [
        ["send", { nonce: Buffer.alloc(32, 1) }, "the response has another nonce than the request"],
        ["require", {}, "the response has no nonce"],
        ["require", { nonce }, "good"],
        ["send", {}, "good"],
      ] as const) {
        const { world, ask, status } = clientOf({ nonce: mode });
        world.reply = () => ({ body: answer({}, changes) });
        await ask();
        expect(status()).to.equal(expected);
      }
    });

    it("asks with GET without a nonce, which proxies may answer", async () => {
      for (const path of ["", "ocsp", "ocsp/"]) {
        const { world, ask } = clientOf({ nonce: "off" });
        await ask({ responders: [addressOf(`http://ocsp.example/${path}`)] });
        const base = `http://ocsp.example/${path.replace(/\/$/, "")}`.replace(/\/$/, "");
        const [asked] = world.requests;
        expect(asked?.url.href).to.equal(
          `${base}/${encodeURIComponent(request.toString("base64"))}`,
        );
        expect([asked?.method, asked?.body]).to.deep.equal(["GET", undefined]);
      }
    });

    it("asks with POST where the address would be too long, or has more to it than a path", async () => {
      for (const path of ["p".repeat(200), "?query", "#fragment"]) {
        const { world, ask } = clientOf({ nonce: "off" });
        await ask({ responders: [addressOf(`http://ocsp.example/${path}`)] });
        expect(world.requests[0]).to.deep.include({ method: "POST", body: request });
      }
    });

    it("names the issuer by the hash that is asked for", async () => {
      const { world, ask, status } = clientOf({ nonce: "off", certificateIdHash: "sha256" });
      world.reply = () => ({ body: answer({ hash: "sha256" }) });
      await ask({ responders: [addressOf("http://ocsp.example/?a")] });
      const expected = encodeOcspRequest(
        { certificate, issuer },
        { hash: "sha256", nonce: undefined },
      );
      expect(world.requests[0]?.body).to.deep.equal(expected);
      expect(status()).to.equal("good");
    });
  });

  describe("when an answer is of no use", () => {
    it("says why, and asks again with back-off, however often it is asked for", async () => {
      const { world, ask, status, timers } = clientOf();
      await ask();
      expect(status()).to.equal("ocsp.example answered with status 404");
      for (let time = 0; time < 100; time++) expect(ask()).to.equal(undefined);
      expect(world.requests).to.have.length(1);
      world.reply = () => ({ body: answer() });
      await timers.advance(1_000);
      expect(status()).to.equal("good");
      expect(world.events).to.deep.equal([
        {
          type: "revocation-source-failed",
          source: "http://ocsp.example",
          problem: "ocsp.example answered with status 404",
        },
      ]);
    });

    it("has nobody wait for the next attempt", async () => {
      const { world, ask, status, timers } = clientOf();
      await ask();
      world.reply = () => silence;
      await timers.advance(1_000);
      expect(world.requests).to.have.length(2);
      expect(ask()).to.equal(undefined);
      await timers.advance(10_000);
      expect(status()).to.equal("ocsp.example did not answer within 10000 ms");
      world.reply = () => ({ body: answer() });
      await timers.advance(2_000);
      expect(status()).to.equal("good");
    });

    it("notices within a minute that a responder has recovered, however long it was away", async () => {
      const { world, ask, status, timers } = clientOf();
      await ask();
      await timers.advance(hourMs);
      world.reply = () => ({ body: answer() });
      await timers.advance(60_000);
      expect(status()).to.equal("good");
    });

    it("tells of a clock that throws, and asks again", async () => {
      const { surroundings, timers, ...servers } = scriptedWorld();
      let isBroken = false;
      const clock = () => {
        if (isBroken) throw new Error("no clock");
        return timers.clock();
      };
      const fetcher: FetchSurroundings["fetcher"] = (request) => {
        isBroken = true;
        return surroundings.fetcher(request);
      };
      const { world, ask, status } = clientOf({
        surroundings: { ...surroundings, clock, fetcher },
      });
      await ask();
      isBroken = false;
      expect(status()).to.equal("no clock");
      expect(world.events).to.deep.equal([
        { type: "revocation-source-failed", source: "http://ocsp.example", problem: "no clock" },
      ]);
      await timers.advance(1_000);
      expect(servers.requests).to.have.length(2);
    });

    it("tells each way in which it can be wrong", async () => {
      const { leaf: other } = ca.client();
      const stranger = authority({ clock: () => start });
      for (const [body, problem] of [
        [Buffer.from("garbage"), /^the OCSP response is malformed: /],
        [Buffer.alloc(65_537), /^ocsp.example sends more than 65536 bytes$/],
        [ocspError("tryLater"), /^the OCSP responder answered tryLater$/],
        [answer({ certificate: other }), /^the response is not about the certificate$/],
        [answer({}, { responder: "key" }, stranger.certificate), /^no certificate at hand/],
        [answer({ thisUpdate: start + 61_000 }), /^the answer is not valid yet$/],
        [answer({ nextUpdate: start - 5_000 }), /^the answer ends before it begins$/],
        [
          answer({ thisUpdate: start - 400_000, nextUpdate: "absent" }),
          /^the OCSP response is too old$/,
        ],
      ] as const) {
        const { world, ask, status } = clientOf();
        world.reply = () => ({ body });
        await ask();
        expect(status()).to.match(problem);
      }
    });

    it("does not take 304 for an answer", async () => {
      const { world, ask, status } = clientOf();
      world.reply = () => ({ status: 304 });
      await ask();
      expect(status()).to.equal("ocsp.example answered with status 304");
    });
  });

  describe("with several responders", () => {
    const responders = ["http://one.example/", "http://two.example/"].map(addressOf);

    it("asks one after the other until one answers", async () => {
      const { world, ask, status } = clientOf();
      world.reply = ({ url }) => (url.host === "one.example" ? {} : { body: answer() });
      await ask({ responders });
      expect([status(), world.heard().length]).to.deep.equal(["good", 1]);
      expect(world.requests.map(({ url }) => url.host)).to.deep.equal([
        "one.example",
        "two.example",
      ]);
    });

    it("takes a signed `unknown` for an answer", async () => {
      const { world, ask, status } = clientOf();
      world.reply = () => ({ body: answer({ status: "unknown" }) });
      await ask({ responders });
      expect([status(), world.requests.length]).to.deep.equal(["unknown", 1]);
    });

    it("waits no longer than the most willing wants", async () => {
      for (const [first, second, pauseMs] of [
        ["90", "60", 60_000],
        ["60", "90", 60_000],
        ["60", "later", 1_000],
      ] as const) {
        const { world, ask, timers } = clientOf();
        world.reply = ({ url }) => ({
          status: 503,
          headers: { "retry-after": url.host === "one.example" ? first : second },
        });
        await ask({ responders });
        expect(timers.pauses).to.deep.equal([pauseMs]);
      }
    });

    it("keeps nobody from one that answers while another one hangs", async () => {
      const { world, client, ask, status, timers } = clientOf();
      world.reply = ({ url }) => (url.host === "one.example" ? silence : { body: answer() });
      const hanging = Array.from({ length: 40 }, () => parsed(ca.client().leaf));
      for (const one of hanging) void ask({ certificate: one, responders: responders.slice(0, 1) });
      await timers.advance(0);
      expect(world.requests).to.have.length(32);
      await ask({ responders: responders.slice(1) });
      expect(status()).to.equal("good");
      client.close();
    });

    it("goes on to the next one where it is not its turn within ten seconds", async () => {
      const { world, client, ask, status, timers } = clientOf();
      world.reply = ({ url }) => (url.host === "one.example" ? silence : { body: answer() });
      const hanging = Array.from({ length: 64 }, () => parsed(ca.client().leaf));
      for (const one of hanging) void ask({ certificate: one, responders: responders.slice(0, 1) });
      const pending = ask({ responders });
      await timers.advance(10_000);
      await pending;
      expect(status()).to.equal("good");
      expect(world.heard()).to.include("the OCSP responder has not answered others before it yet");
      client.close();
    });
  });

  describe("over time", () => {
    it("asks again after the refresh time while its client goes on calling", async () => {
      const { world, ask, callFor, status } = clientOf();
      world.reply = () => ({ body: answer() });
      await ask();
      await callFor(4 * hourMs);
      expect(world.requests).to.have.length(5);
      expect(status()).to.equal("good");
    });

    it("has who is good judged again in time, so that a client who calls is never idle", async () => {
      const { world, ask, client, timers } = clientOf();
      world.reply = () => ({ body: answer() });
      await ask();
      for (let judged = 0; judged < 12; judged++) {
        const known = client.answerTo(certificate, issuer);
        if (typeof known === "string") throw new Error(known);
        expect(known.goodUntil - timers.clock()).to.equal(hourMs);
        await timers.advance(hourMs);
      }
      expect(world.requests).to.have.length(13);
    });

    it("forgets whom nobody asked about for two refreshes", async () => {
      const { world, ask, status, timers } = clientOf();
      world.reply = () => ({ body: answer() });
      await ask();
      await timers.advance(4 * hourMs);
      expect(world.requests).to.have.length(3);
      expect(timers.pauses).to.deep.equal([]);
      expect(status()).to.equal("no OCSP responder was asked yet");
      await ask();
      expect(status()).to.equal("good");
    });

    it("never forgets whom a responder revoked, lest it pass when the responder is silent", async () => {
      const { world, ask, status, timers } = clientOf();
      world.reply = () => ({ body: answer({ status: "revoked" }) });
      await ask();
      world.reply = () => silence;
      await timers.advance(20 * dayMs);
      expect(status()).to.equal("revoked");
    });

    it("asks before the answer ends, when a fifth of its time is left", async () => {
      const { world, ask, timers } = clientOf();
      world.reply = () => ({ body: answer({ nextUpdate: start + 999_000 }) });
      await ask();
      expect(timers.pauses).to.deep.equal([800_000]);
    });

    it("asks less and less often for an answer that should have been replaced", async () => {
      const { world, ask, timers, status } = clientOf();
      const body = answer({ thisUpdate: start - 9 * dayMs, nextUpdate: start + dayMs });
      world.reply = () => ({ body });
      await ask();
      await timers.advance(63_000);
      expect([status(), world.requests.length]).to.deep.equal(["good", 7]);
    });

    it("is asked for at once when it has ended, also where it should have been replaced before", async () => {
      const { world, ask, status, timers } = clientOf();
      const single = { thisUpdate: start - 90_000, nextUpdate: start + 9_000 };
      world.reply = () => ({ body: answer(single) });
      await ask();
      await timers.advance(9_000 + 1_000);
      expect(status()).to.equal("the OCSP responder's answer has expired");
      world.reply = () => ({ body: answer({ thisUpdate: start + 10_000 }) });
      await ask();
      expect(status()).to.equal("good");
    });

    it("ends with its answer, and asks at once then", async () => {
      const { world, ask, status, timers } = clientOf({ refreshMs: dayMs });
      const single = { thisUpdate: start - 1_000, nextUpdate: start + 999_000 };
      world.reply = () => ({ body: answer(single) });
      await ask();
      world.reply = () => silence;
      timers.clock.set(start + 999_999);
      expect(status()).to.equal("good");
      timers.clock.set(start + 1_000_000);
      expect(status()).to.equal("the OCSP responder's answer has expired");
      void ask();
      expect(world.requests).to.have.length(2);
    });

    it("counts for the tolerance beyond its nextUpdate", async () => {
      const { world, ask, status, timers } = clientOf({ toleranceMs: 60_000 });
      world.reply = () => ({ body: answer({ nextUpdate: start + 9_000 }) });
      await ask();
      timers.clock.set(start + 69_999);
      expect(status()).to.equal("good");
      timers.clock.set(start + 70_000);
      expect(status()).to.equal("the OCSP responder's answer has expired");
    });

    it("counts for `maxAgeMs` where it has no nextUpdate", async () => {
      const { world, ask, client } = clientOf();
      world.reply = () => ({ body: answer({ nextUpdate: "absent" }) });
      await ask();
      expect(client.answerTo(certificate, issuer)).to.include({ goodUntil: start + 300_000 });
    });

    it("ends with the certificate of the delegate that signed it", async () => {
      const delegate = ocspDelegate(ca, { notAfter: start + 100_000 });
      const { world, ask, client } = clientOf();
      const changes = { certificates: [delegate] };
      world.reply = () => ({ body: answer({ nextUpdate: "absent" }, changes, delegate) });
      await ask();
      expect(client.answerTo(certificate, issuer)).to.include({ goodUntil: start + 101_000 });
    });

    it("asks at each answer, and whenever one that is good is used, whether the delegate was revoked by then", async () => {
      const delegate = ocspDelegate(ca, { noCheck: false });
      const { world, ask, callFor, status, client } = clientOf();
      const moments: number[] = [];
      const later = start + hourMs;
      world.reply = () => ({ body: answer({}, { certificates: [delegate] }, delegate) });
      await ask({
        isSignerRevoked: (signer, now) => {
          moments.push(now);
          // Who signs the lists that say so may be good by the same answer.
          expect(client.answerTo(certificate, issuer)).not.to.equal(undefined);
          return signer.fingerprint === delegate.fingerprint && now >= later;
        },
      });
      expect(status()).to.equal("good");
      expect(moments).to.deep.equal([start, start]);
      await callFor(hourMs);
      expect([...new Set(moments)]).to.deep.equal([start, start + hourMs / 2, later]);
      expect(world.heard()).to.deep.equal(["the responder's certificate has been revoked"]);
      expect(status()).to.equal("the responder's certificate has been revoked");
    });

    it("asks with the newest question", async () => {
      const { world, ask, timers } = clientOf();
      world.reply = () => ({ body: answer({ nextUpdate: start + 9_000 }) });
      await ask({ responders: [addressOf("http://old.example/")] });
      timers.clock.set(start + 10_000);
      await ask();
      expect(world.requests.map(({ url }) => url.host)).to.deep.equal([
        "old.example",
        "ocsp.example",
      ]);
    });
  });

  describe("with one answer after another", () => {
    /** What is answered first, and an hour later; what is known then, and by how much the revision rose. */
    async function inTurn(
      first: OcspSingleChanges,
      second: OcspSingleChanges,
      changes: readonly [OcspChanges, OcspChanges] = [{}, {}],
    ) {
      const { world, client, ask, status, callFor } = clientOf();
      world.reply = () => ({ body: answer(first, changes[0]) });
      await ask();
      const before = client.revision;
      const body = answer({ thisUpdate: start + hourMs, ...second }, changes[1]);
      world.reply = () => ({ body });
      await callFor(hourMs);
      return { status: status(), rise: client.revision - before, heard: world.heard() };
    }

    it("raises the revision when it says something else, and only then", async () => {
      const hold = { status: "revoked", reason: "certificateHold" } as const;
      for (const [first, second, rise] of [
        [{}, {}, 0],
        [{}, { status: "revoked" }, 1],
        [{}, { status: "unknown" }, 1],
        [{ status: "unknown" }, { status: "revoked" }, 1],
        [{ status: "revoked" }, { status: "revoked" }, 0],
        [hold, hold, 0],
        [hold, {}, 1],
        [{ status: "unknown" }, {}, 1],
      ] as const) {
        const result = await inTurn(first, second);
        expect(result).to.deep.equal({
          status: "status" in second ? second.status : "good",
          rise,
          heard: [],
        });
      }
    });

    it("raises the revision for a first answer that is not good: somebody may have been let in without one", async () => {
      const { world, client, ask } = clientOf();
      world.reply = () => ({ body: answer({ status: "revoked" }) });
      await ask();
      expect(client.revision).to.equal(1);
    });

    it("never goes back to an older one", async () => {
      const heard = ["the OCSP response is older than the one before"];
      expect(await inTurn({ status: "revoked" }, { thisUpdate: start - 1_000 })).to.deep.equal({
        status: "revoked",
        rise: 0,
        heard,
      });
    });

    it("believes of two of the same date the one that was made later, and what revokes", async () => {
      const at = (producedAt: number): OcspChanges => ({ producedAt });
      const same = { thisUpdate: start };
      const revokes = { status: "revoked", ...same } as const;
      const times = [at(start), at(start)] as const;
      expect(await inTurn(revokes, same, times)).to.include({ status: "revoked" });
      expect(await inTurn(revokes, same, [at(start), at(start + 1_000)])).to.include({
        status: "good",
      });
      expect(await inTurn(revokes, revokes, times)).to.deep.include({ heard: [] });
      expect(await inTurn(same, revokes, times)).to.include({ status: "revoked" });
    });

    it("keeps who was revoked so for as long as nothing newer is heard, but not who was on hold", async () => {
      for (const [reason, expected] of [
        ["keyCompromise", "revoked"],
        ["certificateHold", "ocsp.example answered with status 404"],
      ] as const) {
        const { world, ask, status, callFor } = clientOf();
        world.reply = () => ({ body: answer({ status: "revoked", reason }) });
        await ask();
        world.reply = () => ({ status: 404 });
        await callFor(11 * dayMs);
        expect(status()).to.equal(expected);
      }
    });
  });

  it("holds a limited number of answers, and stops asking for those that it lets go of", async function () {
    this.timeout(60_000);
    const { world, ask, client, timers, status } = clientOf();
    world.reply = () => silence;
    void ask();
    await timers.advance(0);
    const [first] = world.requests;
    for (let number = 0; number < 16_384; number++) {
      const signedBytes = Buffer.from(String(number));
      void ask({
        certificate: Object.assign(Object.create(certificate) as Certificate, { signedBytes }),
      });
    }
    expect(status()).to.equal("no OCSP responder was asked yet");
    expect(first?.signal.aborted).to.equal(true);
    client.close();
  });

  describe("after it was closed", () => {
    it("leaves no timer, and asks no more", async () => {
      const { world, ask, client, timers, status } = clientOf();
      world.reply = () => ({ body: answer() });
      await ask();
      client.close();
      expect(timers.pauses).to.deep.equal([]);
      expect(ask()).to.equal(undefined);
      expect(status()).to.equal("good");
    });

    it("lets go of the exchanges under way and of those that wait, and says nothing of them", async () => {
      const { world, ask, client, timers } = clientOf();
      world.reply = () => silence;
      const pending = Array.from({ length: 40 }, async () =>
        Promise.resolve(ask({ certificate: parsed(ca.client().leaf) })),
      );
      await timers.advance(0);
      client.close();
      await Promise.all(pending);
      expect(world.requests).to.have.length(32);
      expect(world.requests.every(({ signal }) => signal.aborted)).to.equal(true);
      expect([world.heard(), timers.pauses]).to.deep.equal([[], []]);
    });
  });
});
