import { fork } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "@mtls-shield/core";
import { storeContract } from "@mtls-shield/testkit";
import { expect } from "chai";

import { createFileStore, type FileStoreOptions } from "../src/file-store.ts";

const base = mkdtempSync(join(tmpdir(), "mtls-shield-stores-"));
let folders = 0;

/** The path of a folder that is not there yet. */
function newFolder(): string {
  return join(base, `store ${++folders}`);
}

/** The folder of the only key. */
function keyFolderOf(folder: string): string {
  const [name, ...others] = readdirSync(folder).filter((one) => one !== "mtls-shield-store");
  if (name === undefined || others.length > 0) throw new Error("There is not one key.");
  return join(folder, name);
}

function problemOf(options: unknown): string {
  try {
    createFileStore(options as FileStoreOptions);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("It did not reject.");
}

after(() => {
  rmSync(base, { recursive: true, force: true });
});

storeContract("a file store", ({ clock }) => createFileStore({ folder: newFolder(), clock }));

describe("createFileStore", () => {
  it("keeps values for the next process", async () => {
    const folder = newFolder();
    await createFileStore({ folder }).set("key", "value");
    expect(await createFileStore({ folder }).get("key")).to.equal("value");
  });

  it("loses no increment of several processes", async function () {
    this.timeout(60_000);
    const folder = newFolder();
    const script = fileURLToPath(new URL("count-up.ts", import.meta.url));
    const processes = Array.from({ length: 4 }, () => fork(script, [folder, "50"]));
    const codes = await Promise.all(
      processes.map(async (process) => (await once(process, "exit"))[0] as unknown),
    );
    expect(codes).to.deep.equal([0, 0, 0, 0]);
    expect(await createFileStore({ folder }).get("number")).to.equal("200");
  });

  it("lets nobody else read what it keeps", async () => {
    const folder = newFolder();
    await createFileStore({ folder }).set("key", "value");
    const inner = keyFolderOf(folder);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
    expect(statSync(inner).mode & 0o777).to.equal(0o700);
    expect(statSync(join(inner, "1")).mode & 0o777).to.equal(0o600);
  });

  it("writes nothing outside its folder, whatever the key is called", async () => {
    const parent = newFolder();
    const folder = join(parent, "inner");
    await createFileStore({ folder }).set("../../../escape", "value");
    expect(readdirSync(parent)).to.deep.equal(["inner"]);
  });

  it("keeps the value when a writer crashes before it is done", async () => {
    const folder = newFolder();
    const store = createFileStore({ folder });
    await store.set("key", "value");
    writeFileSync(join(keyFolderOf(folder), "draft-of-a-crashed-writer"), '{"key":"key","val');
    expect(await store.get("key")).to.equal("value");
    expect(await store.compareAndSet("key", "value", "next")).to.equal(true);
    expect(await store.get("key")).to.equal("next");
  });

  it("takes the draft of a writer away that crashed an hour ago, and no other", async () => {
    const folder = newFolder();
    const store = createFileStore({ folder });
    await store.set("key", "value");
    const inner = keyFolderOf(folder);
    const longAgo = Date.now() / 1_000 - 3_700;
    for (const name of ["draft-old", "draft-new"]) writeFileSync(join(inner, name), "");
    utimesSync(join(inner, "draft-old"), longAgo, longAgo);
    await store.set("key", "next");
    expect(readdirSync(inner).sort()).to.deep.equal(["1", "2", "draft-new"]);
  });

  it("takes room for one value, and for a limited number of empty files", async function () {
    this.timeout(30_000);
    const folder = newFolder();
    const store = createFileStore({ folder });
    for (let count = 1; count <= 300; count++) await store.set("key", `value ${count}`);
    const inner = keyFolderOf(folder);
    const sizes = readdirSync(inner).map((name) => statSync(join(inner, name)).size);
    expect(sizes).to.have.length(256);
    expect(sizes.filter((size) => size > 0)).to.have.length(1);
    expect(await store.get("key")).to.equal("value 300");
  });

  it("does not tell a writer that it won whose number was swept away while it slept", async () => {
    const folder = newFolder();
    await createFileStore({ folder }).set("key", "old", 1);
    const inner = keyFolderOf(folder);
    // Between reading the latest version and writing its own it sleeps, while 300 others come and go.
    const clock = () => {
      writeFileSync(join(inner, "301"), readFileSync(join(inner, "1")));
      return 0;
    };
    const sleeping = createFileStore({ folder, clock }).compareAndSet("key", "old", "lost");
    expect(await rejectionOf(sleeping)).to.match(/cannot be told/);
    expect(await createFileStore({ folder, clock }).get("key")).to.equal("old");
  });

  for (const [damage, apply] of Object.entries({
    "is cut short": (file: string) => {
      truncateSync(file, 20);
    },
    "is empty": (file: string) => {
      truncateSync(file, 0);
    },
    "holds something else": (file: string) => {
      writeFileSync(file, "null");
    },
    "holds another value than was written": (file: string) => {
      writeFileSync(file, readFileSync(file, "utf8").replace("value 1", "value 2"));
    },
  })) {
    it(`rejects every call about a value whose file ${damage}`, async () => {
      const folder = newFolder();
      const store = createFileStore({ folder });
      await store.set("key", "value 1");
      apply(join(keyFolderOf(folder), "1"));
      expect(await rejectionOf(store.get("key"))).to.match(/is damaged: it/);
      expect(await rejectionOf(store.compareAndSet("key", undefined, "x"))).to.match(/is damaged/);
      expect(await rejectionOf(store.set("key", "x"))).to.match(/is damaged/);
      expect(await rejectionOf(store.delete("key"))).to.match(/is damaged/);
    });
  }

  it("rejects a value that was written for another key", async () => {
    const folder = newFolder();
    const store = createFileStore({ folder });
    await store.set("a", "value of a");
    const inner = keyFolderOf(folder);
    await store.set("b", "value of b");
    const other = readdirSync(folder).find((name) => !inner.endsWith(name) && name.length === 64)!;
    writeFileSync(join(inner, "1"), readFileSync(join(folder, other, "1")));
    expect(await rejectionOf(store.get("a"))).to.match(/it is about another key/);
  });

  it("does not take a folder that is gone, or not mounted, for one without values", async () => {
    const folder = newFolder();
    const store = createFileStore({ folder });
    await store.set("key", "value");
    rmSync(folder, { recursive: true });
    expect(await rejectionOf(store.get("key"))).to.match(/ENOENT/);
    mkdirSync(folder);
    expect(await rejectionOf(store.get("key"))).to.match(/ENOENT/);
    expect(await rejectionOf(store.set("key", "x"))).to.match(/ENOENT/);
  });

  it("rejects where a key's folder is a file, or a file a folder", async () => {
    const folder = newFolder();
    const store = createFileStore({ folder });
    await store.set("key", "value");
    const inner = keyFolderOf(folder);
    mkdirSync(join(inner, "2"));
    expect(await rejectionOf(store.get("key"))).to.match(/EISDIR/);
    rmSync(inner, { recursive: true });
    writeFileSync(inner, "");
    expect(await rejectionOf(store.get("key"))).to.match(/ENOTDIR/);
  });

  it("refuses a folder that it cannot use", () => {
    mkdirSync(base, { recursive: true });
    const file = join(base, "a file");
    writeFileSync(file, "");
    expect(problemOf({ folder: file })).to.match(/^folder: .* cannot be used: EEXIST/);
    expect(problemOf({ folder: join(file, "below") })).to.match(/cannot be used: ENOTDIR/);
  });

  it("refuses a folder that everybody may write to", () => {
    const folder = newFolder();
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    expect(problemOf({ folder })).to.match(/can be written to by everybody\. .*chmod o-w/);
  });

  it("refuses options that it does not have, and values that they cannot have", () => {
    expect(problemOf(undefined)).to.match(/^options: is not an object/);
    expect(problemOf({})).to.match(/^folder: is not a path/);
    expect(problemOf({ folder: "" })).to.match(/^folder: is not a path/);
    expect(problemOf({ foldr: "x" })).to.match(/Did you mean "folder"/);
    expect(problemOf({ folder: newFolder(), clock: 5 })).to.match(/^clock: is not a function/);
  });
});
