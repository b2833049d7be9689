import { authority, certificateList, type CrlChanges } from "@mtls-shield/testkit";
import { expect } from "chai";

import { Gate } from "../../../src/revocation/refresh/gate.ts";
import { ListLibrary } from "../../../src/revocation/lists/list-library.ts";
import { ListMarks } from "../../../src/revocation/lists/list-marks.ts";
import {
  UrlListSource,
  type UrlListSourceOptions,
} from "../../../src/revocation/lists/url-list-source.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { noLegacy } from "../../../src/x509/signature.ts";
import { parsed } from "../../certificates.ts";
import { addressOf, scriptedWorld, silence, start, type Reply } from "../scripted-world.ts";

const clock = () => start;
const ca = authority({ commonName: "Lists Root", clock });
const stranger = authority({ commonName: "Stranger", clock });
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const loaded = (number: number) => `loaded CN=Lists Root ${number}`;

/** A list that is current for ten days, of which none has passed. */
function listReply(crlNumber: number, changes: CrlChanges = {}, signer = ca): Reply {
  const dates = { thisUpdate: start, nextUpdate: start + 10 * dayMs };
  const body = certificateList(signer.certificate, { crlNumber, ...dates, ...changes }).der;
  return { body };
}

function sourceOf(options: Partial<UrlListSourceOptions> = {}) {
  const world = scriptedWorld();
  const { surroundings, emit, pause, timers } = world;
  const store = new MemoryStore();
  const library = new ListLibrary({
    toleranceMs: 0,
    onChange: () => undefined,
    authorities: [parsed(ca.certificate)],
    legacy: noLegacy,
    marks: new ListMarks(store),
    clock: timers.clock,
    emit,
    pause,
  });
  const source = new UrlListSource({
    ...addressOf("http://lists.example/ca.crl?token=secret"),
    library,
    authorities: [],
    surroundings,
    gate: new Gate(1),
    maxBytes: 100_000,
    refreshMs: hourMs,
    emit,
    pause,
    ...options,
  });
  return { world, source, library, store };
}

/** The validators that requests had with them. */
function validatorsIn(world: ReturnType<typeof scriptedWorld>): readonly (string | undefined)[] {
  return world.requests.map(
    ({ headers }) => headers["if-none-match"] ?? headers["if-modified-since"],
  );
}

describe("UrlListSource", () => {
  it("fetches the list, and asks again after the refresh time", async () => {
    const { world, source } = sourceOf();
    world.reply = () => listReply(1);
    expect([source.isLoaded, source.loading]).to.deep.equal([false, undefined]);
    const loading = source.load();
    expect(source.loading).to.equal(loading);
    await loading;
    expect([source.isLoaded, source.loading]).to.deep.equal([true, undefined]);
    expect(world.timers.pauses).to.deep.equal([hourMs]);
    world.reply = () => listReply(2);
    await world.timers.advance(hourMs);
    expect(world.heard()).to.deep.equal([loaded(1), loaded(2)]);
    expect(world.requests[0]?.headers).to.deep.equal({ accept: "application/pkix-crl" });
  });

  it("names the address without its query, which may hold a secret", () => {
    expect(sourceOf().source.name).to.equal("http://lists.example/ca.crl");
  });

  it("asks before the nextUpdate, when a fifth of the list's time is left", async () => {
    const { world, source } = sourceOf();
    world.reply = () => listReply(1, { nextUpdate: start + 1_000_000 });
    await source.load();
    expect(world.timers.pauses).to.deep.equal([800_000]);
  });

  it("asks for a list that is due less and less often", async () => {
    const { world, source } = sourceOf();
    const reply = listReply(1, { thisUpdate: start - 9 * dayMs, nextUpdate: start + dayMs });
    world.reply = () => reply;
    await source.load();
    expect(source.isLoaded).to.equal(true);
    const pauses = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const [pauseMs] = world.timers.pauses as [number];
      pauses.push(pauseMs);
      await world.timers.advance(pauseMs);
    }
    expect(pauses).to.deep.equal([1_000, 2_000, 4_000, 8_000]);
    expect(world.heard()).to.deep.equal([loaded(1)]);
  });

  it("asks by the first of several lists to end", async () => {
    const { world, source } = sourceOf();
    const pem = [10 * dayMs, 1_000_000].map((lifeMs, index) => {
      const scope = index === 0 ? { onlyUsers: true } : { onlyAuthorities: true };
      const dates = { thisUpdate: start, nextUpdate: start + lifeMs };
      return certificateList(ca.certificate, { ...dates, scope }).pem;
    });
    world.reply = () => ({ body: Buffer.from(pem.join("")) });
    await source.load();
    expect(world.timers.pauses).to.deep.equal([800_000]);
  });

  describe("when it gets nothing of use", () => {
    it("says why, and tries again with back-off", async () => {
      const { world, source } = sourceOf();
      await source.load();
      expect(world.heard()).to.deep.equal(["lists.example answered with status 404"]);
      expect(world.timers.pauses).to.deep.equal([1_000]);
      await world.timers.advance(1_000);
      expect(world.timers.pauses).to.deep.equal([2_000]);
      world.reply = () => listReply(1);
      await world.timers.advance(2_000);
      expect(source.isLoaded).to.equal(true);
      expect(world.timers.pauses).to.deep.equal([hourMs]);
    });

    it("waits for as long as the server wants", async () => {
      const { world, source } = sourceOf();
      world.reply = () => ({ status: 503, headers: { "retry-after": "90" } });
      await source.load();
      expect(world.timers.pauses).to.deep.equal([90_000]);
    });

    it("gives up on a server that says nothing", async () => {
      const { world, source } = sourceOf();
      world.reply = () => silence;
      const loading = source.load();
      await world.timers.advance(60_000);
      await loading;
      expect(world.heard()).to.deep.equal(["lists.example did not answer within 60000 ms"]);
    });

    it("tells what is no list, and what is too long", async () => {
      const { world, source } = sourceOf();
      world.reply = () => ({ body: Buffer.from("<html>") });
      await source.load();
      world.reply = () => ({ body: Buffer.alloc(100_001) });
      await source.load();
      expect(world.heard()).to.deep.equal([
        "there is neither DER nor a PEM block",
        "lists.example sends more than 100000 bytes",
      ]);
      expect(source.isLoaded).to.equal(false);
    });

    it("keeps the good list, without the validators of the one that it rejected", async () => {
      const { world, source, library } = sourceOf();
      world.reply = () => ({ ...listReply(5), headers: { etag: '"5"' } });
      await source.load();
      world.reply = () => ({ ...listReply(4), headers: { etag: '"4"' } });
      await source.load();
      await source.load();
      expect(world.heard()).to.deep.equal([
        loaded(5),
        "the list is older than the one in use (CN=Lists Root)",
        "the list is older than the one in use (CN=Lists Root)",
      ]);
      expect([source.isLoaded, library.revision]).to.deep.equal([true, 1]);
      expect(validatorsIn(world)).to.deep.equal([undefined, '"5"', '"5"']);
    });

    it("is loaded by the one good list of several, and tries again for the others", async () => {
      const { world, source } = sourceOf();
      const pem = [ca, stranger].map(
        ({ certificate }) => certificateList(certificate, { now: start }).pem,
      );
      world.reply = () => ({ body: Buffer.from(pem.join("")) });
      await source.load();
      expect(source.isLoaded).to.equal(true);
      expect(world.timers.pauses).to.deep.equal([1_000]);
    });

    it("has nobody wait for the next attempt", async () => {
      const { world, source } = sourceOf();
      await source.load();
      world.reply = () => silence;
      await world.timers.advance(1_000);
      expect([world.requests.length, source.loading]).to.deep.equal([2, undefined]);
    });

    it("tells of a clock that throws and of a fetcher that gives nothing, and tries again", async () => {
      const world = scriptedWorld();
      const { timers } = world;
      let fault: "clock" | "fetcher" | undefined = "clock";
      const { source, world: heard } = sourceOf({
        surroundings: {
          ...world.surroundings,
          clock: () => {
            if (fault === "clock") throw new Error("no clock");
            return timers.clock();
          },
          fetcher: (request) =>
            fault === "fetcher"
              ? Promise.resolve(null as never)
              : world.surroundings.fetcher(request),
        },
      });
      world.reply = () => listReply(1);
      await source.load();
      fault = "fetcher";
      await timers.advance(1_000);
      const [first, second, third] = heard.heard();
      expect([first, second]).to.deep.equal([loaded(1), "no clock"]);
      expect(third).to.match(/null/);
      fault = undefined;
      await timers.advance(2_000);
      expect(timers.pauses).to.deep.equal([hourMs]);
    });

    it("tells of a store that fails, and tries again", async () => {
      const { world, source, store } = sourceOf();
      world.reply = () => listReply(1);
      store.get = () => Promise.reject(new Error("no store"));
      await source.load();
      expect(world.heard()).to.deep.equal(["the store of list marks failed: no store"]);
      expect([source.isLoaded, world.timers.pauses]).to.deep.equal([false, [1_000]]);
    });
  });

  it("takes lists of the authorities that were named along with the address", async () => {
    const { world, source } = sourceOf({ authorities: [parsed(stranger.certificate)] });
    world.reply = () => listReply(1, {}, stranger);
    await source.load();
    expect(world.heard()).to.deep.equal(["loaded CN=Stranger 1"]);
  });

  it("waits for its turn", async () => {
    const gate = new Gate(1);
    const { world, source } = sourceOf({ gate });
    world.reply = () => listReply(1);
    let letGo = (): void => undefined;
    const patience = { timers: world.timers, patienceMs: 60_000 };
    void gate.run(() => new Promise<void>((resolve) => (letGo = resolve)), patience);
    const loading = source.load();
    await world.timers.advance(0);
    expect(world.requests).to.have.length(0);
    letGo();
    await loading;
    expect(source.isLoaded).to.equal(true);
  });

  it("has nobody wait for its turn for longer than a download may take", async () => {
    const gate = new Gate(1);
    const { world, source } = sourceOf({ gate });
    void gate.run(() => silence, { timers: world.timers, patienceMs: 60_000 });
    const loading = source.load();
    await world.timers.advance(60_000);
    await loading;
    expect(source.loading).to.equal(undefined);
    expect(world.heard()).to.deep.equal(["the host has not answered others before it yet"]);
    expect([world.requests, world.timers.pauses]).to.deep.equal([[], [1_000]]);
  });

  describe("with a server that knows whether the list has changed", () => {
    const etag = '"one"';

    function conditional() {
      const setup = sourceOf();
      const { world } = setup;
      world.reply = ({ headers }) =>
        headers["if-none-match"] === etag
          ? { status: 304, headers: { etag: '"forged"' } }
          : { ...listReply(1), headers: { etag } };
      return setup;
    }

    it("loads it once, and asks again as before", async () => {
      const { world, source, library } = conditional();
      await source.load();
      await world.timers.advance(2 * hourMs);
      expect(validatorsIn(world)).to.deep.equal([undefined, etag, etag]);
      expect([world.heard(), library.revision]).to.deep.equal([[loaded(1)], 1]);
      expect(world.timers.pauses).to.deep.equal([hourMs]);
    });

    it("asks for everything once a day: whoever slips in a validator must not keep newer lists out", async () => {
      const { world, source } = conditional();
      await source.load();
      await world.timers.advance(26 * hourMs);
      const asked = validatorsIn(world);
      expect(asked.indexOf(undefined, 1)).to.equal(25);
      expect(asked[26]).to.equal(etag);
    });

    it("asks for everything when the list should have been replaced", async () => {
      const { world, source } = conditional();
      world.reply = ({ headers }) =>
        headers["if-modified-since"] === undefined
          ? {
              ...listReply(1, { nextUpdate: start + 2_000_000 }),
              headers: { "last-modified": "Tue, 31 Dec 2069 00:00:00 GMT" },
            }
          : { status: 304 };
      await source.load();
      await world.timers.advance(1_600_000);
      expect(world.timers.pauses).to.deep.equal([1_000]);
      world.reply = () => listReply(2);
      await world.timers.advance(1_000);
      expect(world.heard()).to.deep.equal([loaded(1), loaded(2)]);
      expect(validatorsIn(world).slice(1)).to.deep.equal([
        "Tue, 31 Dec 2069 00:00:00 GMT",
        undefined,
      ]);
    });

    it("does not believe one that was not asked that", async () => {
      const { world, source } = sourceOf();
      world.reply = () => ({ status: 304 });
      await source.load();
      expect(world.heard()).to.deep.equal(["lists.example answered with status 304"]);
      expect(source.isLoaded).to.equal(false);
    });
  });

  describe("after it was closed", () => {
    it("asks no more", async () => {
      const { world, source } = sourceOf();
      world.reply = () => listReply(1);
      await source.load();
      source.close();
      expect(world.timers.pauses).to.deep.equal([]);
      await source.load();
      expect(world.requests).to.have.length(1);
    });

    it("lets go of the exchange under way, and says nothing of it", async () => {
      const { world, source } = sourceOf();
      world.reply = () => silence;
      const loading = source.load();
      source.close();
      await loading;
      expect(world.requests[0]?.signal.aborted).to.equal(true);
      expect([world.heard(), world.timers.pauses]).to.deep.equal([[], []]);
    });

    it("takes no list that arrives after all", async () => {
      const { world, source, library } = sourceOf();
      world.reply = () => {
        source.close();
        return listReply(1);
      };
      await source.load();
      expect([source.isLoaded, library.revision, world.heard()]).to.deep.equal([false, 0, []]);
    });
  });
});
