import { authority, certificateList, type CrlChanges } from "@mtls-shield/testkit";
import { expect } from "chai";

import { InlineListSource } from "../../../src/revocation/lists/inline-list-source.ts";
import { ListLibrary } from "../../../src/revocation/lists/list-library.ts";
import { ListMarks } from "../../../src/revocation/lists/list-marks.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { noLegacy } from "../../../src/x509/signature.ts";
import { parsed } from "../../certificates.ts";
import { parsedList } from "../parsed-list.ts";
import { scriptedWorld, start } from "../scripted-world.ts";

const ca = authority({ commonName: "Lists Root", clock: () => start });

function list(changes: CrlChanges = {}, signer = ca) {
  return parsedList(certificateList(signer.certificate, { now: start, ...changes }));
}

function sourceOf(lists: readonly ReturnType<typeof list>[], store = new MemoryStore()) {
  const world = scriptedWorld();
  const { surroundings, emit, pause, timers } = world;
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
  const name = "revocation.crl";
  const source = new InlineListSource({ lists, name, library, surroundings, emit });
  return { world, source, library, store };
}

describe("InlineListSource", () => {
  it("offers its lists once", async () => {
    const { world, source } = sourceOf([list()]);
    const loading = source.load();
    expect([source.name, source.loading]).to.deep.equal(["revocation.crl", loading]);
    await loading;
    expect([source.isLoaded, source.loading]).to.deep.equal([true, undefined]);
    await world.timers.advance(86_400_000);
    expect(world.heard()).to.deep.equal(["loaded CN=Lists Root 1"]);
  });

  it("offers them again until the store works", async () => {
    const { world, source, store } = sourceOf([list()]);
    const get = store.get.bind(store);
    store.get = () => Promise.reject(new Error("no store"));
    await source.load();
    expect([source.isLoaded, world.heard()]).to.deep.equal([
      false,
      ["the store of list marks failed: no store"],
    ]);
    store.get = get;
    await world.timers.advance(1_000);
    expect(source.isLoaded).to.equal(true);
  });

  it("offers them again until they are valid", async () => {
    const { world, source } = sourceOf([list({ thisUpdate: start + 300_000 })]);
    await source.load();
    expect(source.isLoaded).to.equal(false);
    await world.timers.advance(600_000);
    expect(source.isLoaded).to.equal(true);
  });

  it("offers them once more when it is asked to: after a reset older ones count again", async () => {
    const store = new MemoryStore();
    await sourceOf([list({ crlNumber: 9 })], store).source.load();
    const { source, library } = sourceOf([list({ crlNumber: 8 })], store);
    await source.load();
    expect(source.isLoaded).to.equal(false);
    await library.reset("CN=Lists Root");
    await source.load();
    expect(source.isLoaded).to.equal(true);
  });

  it("stays loaded when a newer list from elsewhere has taken the place of its own", async () => {
    const { source, library } = sourceOf([list({ crlNumber: 1 })]);
    await source.load();
    await library.offer([list({ crlNumber: 2 })], "elsewhere");
    await source.load();
    expect(source.isLoaded).to.equal(true);
  });

  it("offers nothing after it was closed", async () => {
    const { world, source } = sourceOf([list({}, authority({ clock: () => start }))]);
    await source.load();
    source.close();
    expect(world.timers.pauses).to.deep.equal([]);
    await source.load();
    expect(world.heard()).to.have.length(1);
  });
});
