import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fakeClock } from "@mtls-shield/testkit";
import { expect } from "chai";

import type { Timers } from "../../src/base/timers.ts";
import { watchPaths, type WatchedPaths, type WatchOptions } from "../../src/files/watched-files.ts";

/** How long a change may take to be told. */
const dueMs = 1_000;

describe("watchPaths", () => {
  let folder: string;
  let watched: WatchedPaths | undefined;
  let told = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-watch-"));
    told = 0;
  });

  afterEach(() => {
    watched?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function at(name: string): string {
    return join(folder, name);
  }

  function start(paths: readonly string[], options: Partial<WatchOptions> = {}): void {
    // By a clock that is far ahead no file is young, so that each change is told once.
    const clock = () => Date.now() + 60_000;
    watched = watchPaths(paths, { onChange: () => told++, clock, ...options });
  }

  /** Does something and waits until it is told. */
  async function expectTold(change: () => void): Promise<void> {
    const before = told;
    change();
    const until = Date.now() + dueMs;
    while (told === before && Date.now() < until) await sleep(10);
    expect(told, "a change was not told").to.be.above(before);
    // Whatever the same change set off besides.
    await sleep(120);
  }

  it("tells of a file that is written anew, appended to, or cut short", async () => {
    writeFileSync(at("a"), "first");
    start([at("a")]);
    await expectTold(() => {
      writeFileSync(at("a"), "other");
    });
    await expectTold(() => {
      appendFileSync(at("a"), "more");
    });
    await expectTold(() => {
      writeFileSync(at("a"), "");
    });
  });

  it("says nothing while nothing changes", async () => {
    writeFileSync(at("a"), "first");
    start([at("a"), folder, at("missing")], { pollMs: 20 });
    await sleep(200);
    expect(told).to.equal(0);
  });

  it("tells of a file that is replaced by renaming, each time", async () => {
    writeFileSync(at("a"), "first");
    start([at("a")]);
    for (const content of ["second", "third", "third"]) {
      await expectTold(() => {
        writeFileSync(at("draft"), content);
        renameSync(at("draft"), at("a"));
      });
    }
  });

  it("tells of a file that is deleted, made again, or made for the first time", async () => {
    start([at("later")]);
    await expectTold(() => {
      writeFileSync(at("later"), "first");
    });
    await expectTold(() => {
      rmSync(at("later"));
    });
    await expectTold(() => {
      writeFileSync(at("later"), "first");
    });
  });

  it("tells of a file in a folder that does not exist yet", async () => {
    start([at("new/inner/file")]);
    await expectTold(() => {
      mkdirSync(at("new/inner"), { recursive: true });
      writeFileSync(at("new/inner/file"), "first");
    });
  });

  it("tells of a file behind symbolic links that are swapped, as Kubernetes does it", async () => {
    for (const version of ["v1", "v2"]) {
      mkdirSync(at(version));
      writeFileSync(join(at(version), "list.json"), "same length");
    }
    symlinkSync("v1", at("..data"));
    symlinkSync("..data/list.json", at("list.json"));
    start([at("list.json")]);
    await expectTold(() => {
      symlinkSync("v2", at("..tmp"));
      renameSync(at("..tmp"), at("..data"));
    });
  });

  it("tells of files that are added to a folder, changed in it, or removed", async () => {
    mkdirSync(at("lists"));
    start([at("lists")]);
    await expectTold(() => {
      writeFileSync(at("lists/a"), "first");
    });
    await expectTold(() => {
      writeFileSync(at("lists/a"), "other");
    });
    await expectTold(() => {
      renameSync(at("lists/a"), at("lists/b"));
    });
    await expectTold(() => {
      rmSync(at("lists/b"));
    });
    await expectTold(() => {
      rmSync(at("lists"), { recursive: true });
    });
  });

  it("goes on telling while a file goes on changing", async () => {
    writeFileSync(at("a"), "");
    start([at("a")]);
    for (let part = 0; part < 3; part++) {
      await expectTold(() => {
        appendFileSync(at("a"), "part");
      });
    }
  });

  it("tells of a burst of changes a few times, not each of them", async () => {
    start([folder]);
    for (let file = 0; file < 300; file++) writeFileSync(at(`file ${file}`), "");
    await sleep(600);
    expect(told).to.be.within(1, 3);
  });

  it("finds changes by looking alone where the system tells of none", async () => {
    writeFileSync(at("a"), "first");
    const pending: (() => void)[] = [];
    // Without the early look that an event asks for.
    const timers: Timers = {
      after(delayMs, task) {
        if (delayMs === 20) pending.push(task);
        return () => undefined;
      },
    };
    start([at("a")], { timers, pollMs: 20 });
    writeFileSync(at("a"), "other");
    await sleep(100);
    expect(told).to.equal(0);
    pending.shift()?.();
    await sleep(100);
    expect(told).to.equal(1);
    expect(pending, "the next look").to.have.length(1);
  });

  it("tells once more when a file that was just written has got old enough to trust its times", async () => {
    writeFileSync(at("a"), "first");
    const clock = fakeClock(Date.now());
    start([at("a")], { clock, pollMs: 20 });
    await sleep(100);
    expect(told).to.equal(0);
    clock.advance(2_500);
    await sleep(100);
    expect(told).to.equal(1);
  });

  it("goes on looking by a clock that throws", async () => {
    writeFileSync(at("a"), "first");
    const clock = () => {
      throw new Error("no clock");
    };
    start([at("a")], { clock, pollMs: 20 });
    await expectTold(() => {
      writeFileSync(at("a"), "other");
    });
    await expectTold(() => {
      writeFileSync(at("a"), "another");
    });
  });

  it("looks at no file of a folder that holds more than 4,096, but at their list", async () => {
    for (let file = 0; file < 4_097; file++) writeFileSync(at(String(file)), "");
    start([folder], { pollMs: 20 });
    writeFileSync(at("7"), "other");
    await sleep(200);
    expect(told).to.equal(0);
    await expectTold(() => {
      rmSync(at("7"));
    });
    await expectTold(() => {
      writeFileSync(at("8"), "other");
    });
  });

  it("says nothing any more after it was closed, not even of what it is looking at", async () => {
    writeFileSync(at("a"), "first");
    const pending: (() => void)[] = [];
    const timers: Timers = {
      after(_delayMs, task) {
        pending.push(task);
        return () => undefined;
      },
    };
    start([at("a")], { timers });
    writeFileSync(at("a"), "other");
    for (const task of pending.splice(0)) task();
    watched?.close();
    await sleep(100);
    expect(told).to.equal(0);
    expect(pending).to.deep.equal([]);
  });

  it("does not look twice at a time", async () => {
    writeFileSync(at("a"), "first");
    const pending: (() => void)[] = [];
    const timers: Timers = {
      after(_delayMs, task) {
        pending.push(task);
        return () => undefined;
      },
    };
    start([at("a")], { timers });
    writeFileSync(at("a"), "other");
    const [task] = pending;
    task?.();
    task?.();
    await sleep(100);
    expect(told).to.equal(1);
  });

  it("keeps no process alive", () => {
    const script = `
      import { watchPaths } from ${JSON.stringify(new URL("../../src/files/watched-files.ts", import.meta.url).href)};
      watchPaths([${JSON.stringify(folder)}], { onChange() {} });
    `;
    execFileSync(process.execPath, [...process.execArgv, "--input-type=module", "--eval", script], {
      timeout: 8_000,
    });
  });
});
