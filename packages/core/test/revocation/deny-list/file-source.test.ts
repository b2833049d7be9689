import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";

import type { DenyListEvent } from "../../../src/revocation/deny-list/deny-list-event.ts";
import {
  createDenyList,
  type DenyList,
  type DenyListOptions,
} from "../../../src/revocation/deny-list/deny-list.ts";
import { configErrorOf } from "../../config-error-of.ts";
import { rejectionOf, until } from "./until.ts";

const issuer = "CN=My CA";

function textOf(...serialNumbers: readonly string[]): string {
  return JSON.stringify({
    denied: serialNumbers.map((serialNumber) => ({ issuer, serialNumber })),
  });
}

describe("a list of denied certificates in a file", () => {
  let folder: string;
  let file: string;
  let list: DenyList | undefined;
  let events: DenyListEvent[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-denied-"));
    file = join(folder, "denied.json");
    events = [];
  });

  afterEach(() => {
    list?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(options: DenyListOptions = {}): DenyList {
    list = createDenyList({
      file,
      pollMs: 50,
      onEvent: (event) => {
        events.push(event);
      },
      ...options,
    });
    return list;
  }

  function serialsOf({ entries }: DenyList): string {
    return entries.map(({ serialNumber }) => serialNumber).join();
  }

  function rejections(): string[] {
    return events.flatMap((event) =>
      event.type === "deny-list-rejected" ? [`${event.source}: ${event.problem}`] : [],
    );
  }

  it("is read at once", () => {
    writeFileSync(file, textOf("1", "2"));
    const denied = open({ pollMs: 500 });
    expect(serialsOf(denied)).to.equal("1,2");
    expect(denied).to.include({
      state: "current",
      source: `file ${file}`,
      convergesWithinMs: 1_000,
    });
    expect(events.map(({ type }) => type)).to.deep.equal(["deny-list-changed"]);
  });

  it("is taken with a byte order mark, and without entries", () => {
    writeFileSync(file, '\ufeff{"denied": []}');
    expect(serialsOf(open())).to.equal("");
    expect(events).to.deep.equal([]);
  });

  it("is found by a relative path", () => {
    writeFileSync(file, textOf("1"));
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(serialsOf(open({ file: "denied.json" }))).to.equal("1");
    } finally {
      process.chdir(before);
    }
  });

  it("follows the file within a second", async () => {
    writeFileSync(file, textOf("1"));
    const denied = open({ pollMs: 500 });
    writeFileSync(file, textOf("1", "2"));
    const start = Date.now();
    await until(() => serialsOf(denied) === "1,2");
    expect(Date.now() - start).to.be.below(1_000);
    expect(denied.revision).to.equal(2);
    expect(events.at(-1)).to.deep.include({ entries: 2, added: 1, removed: 0 });
  });

  it("follows a file that is replaced by renaming, and links that are swapped", async () => {
    for (const version of ["v1", "v2"]) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "denied.json"), textOf(version.slice(1)));
    }
    symlinkSync("v1", join(folder, "..data"));
    symlinkSync("..data/denied.json", file);
    const denied = open();
    symlinkSync("v2", join(folder, "..tmp"));
    renameSync(join(folder, "..tmp"), join(folder, "..data"));
    await until(() => serialsOf(denied) === "2");
    writeFileSync(join(folder, "draft"), textOf("3"));
    renameSync(join(folder, "draft"), file);
    await until(() => serialsOf(denied) === "3");
  });

  const damages: Readonly<Record<string, readonly [damage: () => void, problem: RegExp]>> = {
    "is cut short": [
      () => {
        truncateSync(file, 30);
      },
      /is not JSON/,
    ],
    "is cut by one character": [
      () => {
        truncateSync(file, textOf("1", "2").length - 1);
      },
      /is not JSON/,
    ],
    "is emptied": [
      () => {
        writeFileSync(file, "");
      },
      /is empty/,
    ],
    "holds nothing but spaces": [
      () => {
        writeFileSync(file, " \n");
      },
      /is empty/,
    ],
    "is gone": [
      () => {
        rmSync(file);
      },
      /ENOENT/,
    ],
    "has become a folder": [
      () => {
        rmSync(file);
        mkdirSync(file);
      },
      /is not a file/,
    ],
    "holds something else": [
      () => {
        writeFileSync(file, "null");
      },
      /is not an object/,
    ],
    "holds a list alone": [
      () => {
        writeFileSync(file, "[]");
      },
      /is not an object/,
    ],
    "holds no list": [
      () => {
        writeFileSync(file, "{}");
      },
      /has no list "denied"/,
    ],
    "holds an object for a list": [
      () => {
        writeFileSync(file, '{"denied":{}}');
      },
      /has no list/,
    ],
    "has a misspelt key": [
      () => {
        writeFileSync(file, '{"denid":[]}');
      },
      /Did you mean "denied"/,
    ],
    "has one entry that is none": [
      () => {
        writeFileSync(file, textOf("1", "2", "?"));
      },
      /denied\[2\]\.serialNumber: "\?" is not/,
    ],
    "is not UTF-8": [
      () => {
        writeFileSync(file, Buffer.of(0xff, 0xfe));
      },
      /is not UTF-8/,
    ],
    "is too long": [
      () => {
        writeFileSync(file, textOf("1").padEnd(17 * 1024 * 1024));
      },
      /is longer than 16777216 bytes/,
    ],
  };
  for (const [what, [damage, problem]] of Object.entries(damages)) {
    it(`keeps the last good entries when the file ${what}, and says so once`, async () => {
      writeFileSync(file, textOf("1", "2"));
      const denied = open();
      damage();
      await until(() => denied.state === "outdated");
      expect(denied.problem).to.match(problem);
      await sleep(120);
      expect(rejections().at(-1)).to.match(problem);
      expect(new Set(rejections())).to.have.lengthOf(rejections().length);
      expect(serialsOf(denied)).to.equal("1,2");
      expect(denied).to.include({ isReady: true, revision: 1 });
      expect(await rejectionOf(denied.deny({ issuer, serialNumber: "3" }))).to.match(problem);
      expect(serialsOf(denied)).to.equal("1,2");

      rmSync(file, { recursive: true, force: true });
      writeFileSync(file, textOf("1", "2", "3"));
      await until(() => denied.state === "current");
      expect(serialsOf(denied)).to.equal("1,2,3");
      expect(denied.problem).to.equal(undefined);
    });

    it(`refuses to start with a file that ${what}`, () => {
      writeFileSync(file, textOf("1", "2"));
      damage();
      const error = configErrorOf(() => open());
      expect(error.option).to.match(/^file/);
      expect(error.message).to.match(problem).and.to.include(file);
    });
  }

  it("opens no pipe, which would stop the process, and no device", async () => {
    execFileSync("mkfifo", [file]);
    expect(configErrorOf(() => open()).message).to.match(/is not a file/);
    expect(configErrorOf(() => open({ file: "/dev/zero" })).message).to.match(/is not a file/);
    rmSync(file);
    writeFileSync(file, textOf("1"));
    const opened = open();
    rmSync(file);
    execFileSync("mkfifo", [file]);
    await until(() => opened.state === "outdated" && /is not a file/.test(opened.problem ?? ""));
    expect(opened.entries).to.have.length(1);
  });

  it("is current again when the same good file comes back", async () => {
    writeFileSync(file, textOf("1"));
    const denied = open();
    renameSync(file, join(folder, "away"));
    await until(() => denied.state === "outdated");
    renameSync(join(folder, "away"), file);
    await until(() => denied.state === "current");
    expect(denied.revision).to.equal(1);
  });

  it("is never empty in between while a file is written slowly", async () => {
    writeFileSync(file, textOf("1"));
    const denied = open();
    const seen = new Set<string>();
    denied.onChange(() => seen.add(serialsOf(denied)));
    const text = textOf("1", "2");
    for (let length = 0; length <= text.length; length += 7) {
      writeFileSync(file, text.slice(0, length));
      await sleep(20);
      expect(serialsOf(denied)).to.equal("1");
    }
    writeFileSync(file, text);
    await until(() => serialsOf(denied) === "1,2");
    expect([...seen]).to.deep.equal(["1,2"]);
  });

  it("is rewritten as a whole by deny and restore, with the same rights", async () => {
    writeFileSync(file, textOf("1"));
    chmodSync(file, 0o666);
    const denied = open({ clock: () => 0 });
    await denied.deny({ issuer, serialNumber: "2", reason: "stolen", comment: "ticket 17" });
    expect(serialsOf(denied)).to.equal("1,2");
    expect(readFileSync(file, "utf8")).to.equal(
      `{
  "denied": [
    {"issuer":"CN=My CA","serialNumber":"1"},
    {"date":"1970-01-01T00:00:00.000Z","issuer":"CN=My CA","serialNumber":"2","reason":"stolen","comment":"ticket 17"}
  ]
}
`,
    );
    expect(statSync(file).mode & 0o777).to.equal(0o666);
    expect(readdirSync(folder)).to.deep.equal(["denied.json"]);
    expect(await denied.restore({ issuer, serialNumber: "2" })).to.equal(true);
    expect(await denied.restore({ issuer, serialNumber: "2" })).to.equal(false);
    expect(await denied.restore({ issuer, serialNumber: "1" })).to.equal(true);
    expect(JSON.parse(readFileSync(file, "utf8"))).to.deep.equal({ denied: [] });
    const { revision } = denied;
    await sleep(200);
    expect(denied.revision, "its own writing is no news").to.equal(revision);
  });

  it("does not lose what somebody else wrote since it was read", async () => {
    writeFileSync(file, textOf("1"));
    const denied = open({ pollMs: 60_000 });
    writeFileSync(file, textOf("1", "2"));
    await denied.deny({ issuer, serialNumber: "3" });
    expect(serialsOf(denied)).to.equal("1,2,3");
  });

  it("loses none of many changes that are made side by side", async () => {
    writeFileSync(file, textOf());
    const denied = open();
    const numbers = Array.from({ length: 20 }, (_, index) => String(index + 10));
    await Promise.all(numbers.map((serialNumber) => denied.deny({ issuer, serialNumber })));
    expect(serialsOf(denied)).to.equal(numbers.join());
    expect(serialsOf(createDenyList({ file }))).to.equal(numbers.join());
  });

  it("replaces the file behind a link, and leaves the link", async () => {
    writeFileSync(join(folder, "real.json"), textOf("1"));
    symlinkSync("real.json", file);
    await open().deny({ issuer, serialNumber: "2" });
    expect(readlinkSync(file)).to.equal("real.json");
    expect(serialsOf(createDenyList({ file }))).to.equal("1,2");
  });

  it("leaves no draft behind, and the old file as it is, when it cannot be replaced", async () => {
    // A name that is as long as names may be leaves no room for that of a draft.
    file = join(folder, "x".repeat(255));
    writeFileSync(file, textOf("1"));
    const denied = open();
    expect(await rejectionOf(denied.deny({ issuer, serialNumber: "2" }))).to.match(/ENAMETOOLONG/);
    expect(serialsOf(denied)).to.equal("1");
    expect(readFileSync(file, "utf8")).to.equal(textOf("1"));
  });

  it("takes no entry that would make the file too long to be read again", async () => {
    const remark = "é".repeat(1_000);
    const entry = (index: number) => ({
      issuer,
      serialNumber: (index + 0x10000).toString(16),
      comment: remark,
    });
    const bytes = Buffer.byteLength(JSON.stringify(entry(0))) + 6;
    const many = Array.from({ length: Math.floor((16 * 1024 * 1024) / bytes) }, (_, i) => entry(i));
    writeFileSync(file, JSON.stringify({ denied: many }));
    const denied = open();
    const more = { issuer, serialNumber: "ffffffff", reason: remark, comment: remark };
    const message = /is longer than 16777216 bytes/;
    expect(await rejectionOf(denied.deny(more))).to.match(message);
    expect(denied.entries).to.have.length(many.length);
    expect(createDenyList({ file }).entries).to.have.length(many.length);
  });

  it("says nothing more after it was closed, even of what it is reading", async () => {
    writeFileSync(file, textOf("1"));
    const denied = open();
    const change = denied.deny({ issuer, serialNumber: "2" });
    denied.close();
    await change;
    rmSync(file);
    await sleep(150);
    expect(events.filter(({ type }) => type === "deny-list-rejected")).to.deep.equal([]);
    expect(serialsOf(denied)).to.equal("1");
  });

  it("lets others run while it reads 100,000 entries", async () => {
    const numbers = Array.from({ length: 100_000 }, (_, index) =>
      (index + 0x1000_0000_0000).toString(16),
    );
    writeFileSync(file, textOf("1"));
    const denied = open();
    writeFileSync(join(folder, "draft"), textOf(...numbers));
    renameSync(join(folder, "draft"), file);
    let longestPauseMs = 0;
    const start = performance.now();
    let last = start;
    const timer = setInterval(() => {
      longestPauseMs = Math.max(longestPauseMs, performance.now() - last);
      last = performance.now();
    }, 1);
    await until(() => denied.revision === 2);
    clearInterval(timer);
    expect(denied.entries).to.have.length(100_000);
    // Only JSON.parse has no slices, which is a tenth of the work.
    expect(longestPauseMs).to.be.below((performance.now() - start) / 2);
  });
});
