import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { authority, certificateList, type CrlChanges } from "@mtls-shield/testkit";
import { expect } from "chai";

import { FileListSource } from "../../../src/revocation/lists/file-list-source.ts";
import { ListLibrary } from "../../../src/revocation/lists/list-library.ts";
import { ListMarks } from "../../../src/revocation/lists/list-marks.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { noLegacy } from "../../../src/x509/signature.ts";
import { parsed } from "../../certificates.ts";
import { scriptedWorld, start, until } from "../scripted-world.ts";

const ca = authority({ commonName: "Lists Root", clock: () => start });
const loaded = (number: number) => `loaded CN=Lists Root ${number}`;

function list(crlNumber: number, changes: CrlChanges = {}): Uint8Array {
  return certificateList(ca.certificate, { now: start, crlNumber, ...changes }).der;
}

describe("FileListSource", () => {
  let folder: string;
  let sources: FileListSource[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-lists-"));
    sources = [];
  });

  afterEach(() => {
    for (const source of sources) source.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function write(name: string, bytes: Uint8Array | string): string {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  function sourceOf(path: string) {
    const world = scriptedWorld();
    const { surroundings, emit, timers } = world;
    const store = new MemoryStore();
    const library = new ListLibrary({
      toleranceMs: 0,
      onChange: () => undefined,
      authorities: [parsed(ca.certificate)],
      legacy: noLegacy,
      marks: new ListMarks(store),
      clock: timers.clock,
      emit,
      pause: world.pause,
    });
    const source = new FileListSource({
      path,
      library,
      surroundings,
      maxBytes: 100_000,
      refreshMs: 3_600_000,
      emit,
      pause: world.pause,
    });
    sources.push(source);
    /** Lets time pass, half a second at a time, until something was heard that often. */
    const hear = async (times: number): Promise<readonly string[]> => {
      await until(async () => {
        await timers.advance(500);
        return world.events.length >= times && source.loading === undefined;
      });
      return world.heard();
    };
    return { world, source, library, store, hear };
  }

  it("reads a file, and is loaded then", async () => {
    const path = write("ca.crl", list(1));
    const { source, world } = sourceOf(path);
    const loading = source.load();
    expect([source.name, source.isLoaded, source.loading]).to.deep.equal([path, false, loading]);
    await loading;
    expect([source.isLoaded, source.loading]).to.deep.equal([true, undefined]);
    expect(world.heard()).to.deep.equal([loaded(1)]);
  });

  it("reads it again when it has changed", async () => {
    const path = write("ca.crl", list(1));
    const { source, hear } = sourceOf(path);
    await source.load();
    writeFileSync(path, list(2));
    expect(await hear(2)).to.deep.equal([loaded(1), loaded(2)]);
  });

  it("reads it again after the refresh time, whatever the file system says", async () => {
    const { source, world } = sourceOf(write("ca.crl", list(1)));
    await source.load();
    expect(world.timers.pauses).to.include(3_600_000);
  });

  it("reads once more what changes while it is being read", async () => {
    const path = write("ca.crl", list(1));
    const { source, world, store, hear } = sourceOf(path);
    let letGoOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGoOn = resolve));
    const get = store.get.bind(store);
    let isHeld = false;
    store.get = async (key) => {
      isHeld = true;
      await held;
      return get(key);
    };
    const first = source.load();
    await until(() => isHeld);
    writeFileSync(path, list(2));
    for (let look = 0; look < 8; look++) {
      await world.timers.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(source.loading).to.equal(first);
    letGoOn();
    expect(await hear(2)).to.deep.equal([loaded(1), loaded(2)]);
  });

  it("reads what ends in .crl, .pem and .der in a folder, in order", async () => {
    write("b.CRL", list(3, { scope: { onlyUsers: true } }));
    write("a.pem", certificateList(ca.certificate, { now: start, crlNumber: 2 }).pem);
    write("c.der", list(4, { scope: { onlyAuthorities: true } }));
    write("notes.txt", "nothing");
    const { source, world } = sourceOf(folder);
    await source.load();
    expect(world.heard()).to.deep.equal([loaded(2), loaded(3), loaded(4)]);
  });

  it("keeps the list of a file that is gone, says so, and tries again with back-off", async () => {
    const path = write("ca.crl", list(1));
    const { source, world, library } = sourceOf(path);
    await source.load();
    world.heard();
    rmSync(path);
    await source.load();
    expect(world.heard()[0]).to.match(/^ENOENT/);
    expect([source.isLoaded, library.revision]).to.deep.equal([true, 1]);
    expect(world.timers.pauses).to.include(1_000);
  });

  it("keeps the list when the file is broken or truncated", async () => {
    const path = write("ca.crl", list(1));
    const { source, world, library } = sourceOf(path);
    await source.load();
    for (const bytes of ["-----BEGIN X509 CRL-----\nMII", list(2).subarray(0, 100), ""]) {
      writeFileSync(path, bytes);
      await source.load();
    }
    const rejections = world.events.filter(({ type }) => type === "revocation-list-rejected");
    expect(rejections).to.have.length(3);
    expect(rejections[0]).to.include({ source: path });
    expect([source.isLoaded, library.revision]).to.deep.equal([true, 1]);
  });

  it("rejects a file that is too long", async () => {
    const { source, world } = sourceOf(write("ca.crl", Buffer.alloc(100_001, "x")));
    await source.load();
    expect([source.isLoaded, world.heard().length]).to.deep.equal([false, 1]);
  });

  it("reads the other files of a folder when one cannot be read", async () => {
    mkdirSync(join(folder, "a.crl"));
    write("b.crl", "broken");
    write("c.crl", list(1));
    const { source, world } = sourceOf(folder);
    await source.load();
    expect(world.events.map(({ type }) => type)).to.deep.equal([
      "revocation-source-failed",
      "revocation-list-rejected",
      "revocation-list-loaded",
    ]);
    expect(world.events[0]).to.include({ source: join(folder, "a.crl") });
    expect(source.isLoaded).to.equal(true);
    expect(world.timers.pauses).to.include(1_000);
  });

  it("says that a folder holds no list, and finds the first one that comes", async () => {
    const { source, world, hear } = sourceOf(folder);
    await source.load();
    expect(world.heard()).to.deep.equal([
      "the folder holds no file that ends in .crl, .pem or .der",
    ]);
    write("ca.crl", list(1));
    expect(await hear(1)).to.include(loaded(1));
  });

  it("tells of a store that fails, and tries again", async () => {
    const { source, world, store } = sourceOf(write("ca.crl", list(1)));
    store.get = () => Promise.reject(new Error("no store"));
    await source.load();
    expect([source.isLoaded, world.heard()]).to.deep.equal([
      false,
      ["the store of list marks failed: no store"],
    ]);
  });

  it("opens nothing but files: a pipe would hold a thread of the process for good", async () => {
    const path = join(folder, "a.crl");
    execFileSync("mkfifo", [path]);
    write("b.crl", list(1));
    const { source, world } = sourceOf(folder);
    await source.load();
    expect(world.heard()).to.deep.equal(["it is not a file", loaded(1)]);
    const { source: device, world: other } = sourceOf("/dev/zero");
    await device.load();
    expect(other.heard()).to.deep.equal(["it is not a file"]);
  }).timeout(5_000);

  it("says that a folder holds more files than can be watched", async () => {
    for (let file = 0; file < 4_097; file++) write(`${file}.txt`, "");
    const { source, world } = sourceOf(folder);
    await source.load();
    expect(world.heard()).to.deep.equal(["the folder holds more than 4096 files"]);
  });

  describe("after it was closed", () => {
    it("leaves no timer, and reads no more", async () => {
      const path = write("ca.crl", list(1));
      const { source, world } = sourceOf(path);
      await source.load();
      source.close();
      expect(world.timers.pauses).to.deep.equal([]);
      writeFileSync(path, list(2));
      await source.load();
      await world.timers.advance(10_000);
      expect(world.heard()).to.deep.equal([loaded(1)]);
    });

    it("breaks off in the middle of a file, and says nothing of it", async () => {
      const { source, world } = sourceOf(write("ca.crl", list(1)));
      const loading = source.load();
      source.close();
      await loading;
      expect([source.isLoaded, world.heard(), world.timers.pauses]).to.deep.equal([false, [], []]);
    });
  });
});
