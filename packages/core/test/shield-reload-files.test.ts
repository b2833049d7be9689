import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { fakeTimers } from "@mtls-shield/testkit";

import { dnsName } from "../src/policy/matchers.ts";
import type { Rule } from "../src/policy/rule.ts";
import { createShield } from "../src/shield.ts";
import type { ShieldOptions } from "../src/shield-options.ts";
import { clock, issued, stranger } from "./ask-shield.ts";
import { fakeConnection } from "./fake-socket.ts";
import { reloadingShield, replaceFile, told, using } from "./reloading-shield.ts";
import { until } from "./revocation/scripted-world.ts";
import { whileInFolder } from "./temporary-folder.ts";

const ours = issued.root.pem;
const theirs = stranger.root.pem;

/** A shield that reads files, and two clients on connections that stay open. */
function watching(options: ShieldOptions) {
  const { over, ...rest } = reloadingShield(options);
  const [our, their] = [fakeConnection(issued.chain), fakeConnection(stranger.chain)];
  return { ...rest, now: () => [over(our), over(their)].join(" ") };
}

const onlyOurs = "allow issuer-unknown";
const onlyTheirs = "issuer-unknown allow";

describe("a reload by a file that changed", () => {
  it("comes of a file that is replaced as a whole", () =>
    whileInFolder({ "ca.pem": ours }, async (folder) => {
      const path = join(folder, "ca.pem");
      const { shield, now, events } = watching({ trust: path });
      await using(shield, async () => {
        expect(now()).to.equal(onlyOurs);
        replaceFile(path, theirs);
        await until(() => now() === onlyTheirs);
        expect(events.map(told)).to.deep.equal(["watch shield reloaded"]);
        replaceFile(path, theirs + ours);
        await until(() => now() === "allow allow");
        replaceFile(path, ours);
        await until(() => now() === onlyOurs);
      });
    }));

  it("comes of a link that is exchanged, as Kubernetes does with ..data", () =>
    whileInFolder({}, async (folder) => {
      const version = (name: string, content: string): void => {
        mkdirSync(join(folder, name));
        writeFileSync(join(folder, name, "ca.pem"), content);
        symlinkSync(name, join(folder, "..data_tmp"));
        renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
      };
      version("..2030_01", ours);
      symlinkSync(join("..data", "ca.pem"), join(folder, "ca.pem"));
      const byFile = watching({ trust: join(folder, "ca.pem") });
      const byFolder = watching({ trust: folder });
      await using(byFile.shield, () =>
        using(byFolder.shield, async () => {
          version("..2030_02", theirs);
          rmSync(join(folder, "..2030_01"), { recursive: true });
          await until(() => byFile.now() === onlyTheirs && byFolder.now() === onlyTheirs);
        }),
      );
    }));

  it("comes of a folder that gains and loses files", () =>
    whileInFolder({ "ours.pem": ours }, async (folder) => {
      const { shield, now } = watching({ trust: { partners: folder } });
      await using(shield, async () => {
        replaceFile(join(folder, "theirs.pem"), theirs);
        await until(() => now() === "allow allow");
        rmSync(join(folder, "ours.pem"));
        await until(() => now() === onlyTheirs);
      });
    }));

  it("waits for a file that is half written, and tells of both", () =>
    whileInFolder({ "ca.pem": ours }, async (folder) => {
      const path = join(folder, "ca.pem");
      const { shield, now, events } = watching({ trust: path });
      await using(shield, async () => {
        for (const half of [theirs.slice(0, 300), ""]) {
          events.length = 0;
          writeFileSync(path, half);
          await until(() => events.length > 0);
          expect(now()).to.equal(onlyOurs);
          expect(events.map(told)[0]).to.match(/^watch shield failed: trust \(/);
        }
        writeFileSync(path, theirs);
        await until(() => now() === onlyTheirs);
        expect(events.map(told).at(-1)).to.equal("watch shield reloaded");
      });
    }));

  it("keeps what a deleted file held, and tells when it is there again with the same content", () =>
    whileInFolder({ "ca.pem": ours }, async (folder) => {
      const path = join(folder, "ca.pem");
      const { shield, now, events } = watching({ trust: path });
      await using(shield, async () => {
        rmSync(path);
        await until(() => events.length === 1);
        expect(events.map(told)[0]).to.match(/^watch shield failed: .*ENOENT/);
        expect(now()).to.equal(onlyOurs);
        replaceFile(path, ours);
        await until(() => events.length === 2);
        expect(events.map(told)[1]).to.equal("watch shield reloaded");
        expect(now()).to.equal(onlyOurs);
      });
    }));

  it("fails by call as well while the file is gone", () =>
    whileInFolder({ "ca.pem": ours }, async (folder) => {
      const { shield, now } = watching({ trust: join(folder, "ca.pem"), watch: false });
      rmSync(join(folder, "ca.pem"));
      await shield.reload().then(
        () => expect.fail("It was reloaded."),
        (fault: unknown) => expect(fault).to.have.property("option", "trust"),
      );
      expect(now()).to.equal(onlyOurs);
    }));

  it("says nothing where the file was touched and holds the same", () =>
    whileInFolder({ "ca.pem": ours }, async (folder) => {
      const path = join(folder, "ca.pem");
      const { shield, events, now } = watching({ trust: path });
      await using(shield, async () => {
        replaceFile(path, ours);
        await new Promise((resolve) => setTimeout(resolve, 700));
        expect(events).to.deep.equal([]);
        replaceFile(path, theirs);
        await until(() => now() === onlyTheirs);
        expect(events).to.have.length(1);
      });
    }));

  it("does not come where nobody watches, or no longer", () =>
    whileInFolder({ "a.pem": ours, "b.pem": ours, "c.pem": ours }, async (folder) => {
      const [a, b, c] = ["a.pem", "b.pem", "c.pem"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      const unwatched = watching({ trust: a, watch: false });
      const closed = watching({ trust: b });
      const moved = watching({ trust: c });
      closed.shield.close();
      await moved.shield.reload({ trust: ours });
      for (const path of [a, b, c]) replaceFile(path, theirs);
      await new Promise((resolve) => setTimeout(resolve, 700));
      const now = [unwatched, closed, moved].map((each) => each.now());
      expect(now).to.deep.equal([onlyOurs, onlyOurs, onlyOurs]);
      expect(closed.events).to.deep.equal([]);
      moved.shield.close();
    }));

  it("fails in silence where the shield is closed in the middle of it", () =>
    whileInFolder({ "rules.json": "[]" }, async (folder) => {
      const path = join(folder, "rules.json");
      let reads = 0;
      const read = () => {
        reads++;
        shield.close();
        return { trust: theirs };
      };
      const { shield, now, events } = watching({ trust: ours, watch: { paths: [path], read } });
      replaceFile(path, "[ ]");
      await until(() => reads > 0);
      await new Promise((resolve) => setImmediate(resolve));
      expect(now()).to.equal(onlyOurs);
      expect(events).to.deep.equal([]);
    }));

  it("comes of the files that an earlier reload named", () =>
    whileInFolder({ "a.pem": ours }, async (folder) => {
      const path = join(folder, "a.pem");
      const { shield, now } = watching({ trust: theirs });
      await using(shield, async () => {
        await shield.reload({ trust: path });
        replaceFile(path, ours + theirs);
        await until(() => now() === "allow allow");
      });
    }));

  it("reads rules from a file of their own", () =>
    whileInFolder({ "ca.pem": ours, "rules.json": "[]" }, async (folder) => {
      const path = join(folder, "rules.json");
      const read = async () => ({
        rules: (JSON.parse(await readFile(path, "utf8")) as string[]).map((name): Rule => ({
          match: "* /**",
          allow: dnsName(name),
        })),
      });
      const { shield, now, events } = watching({
        trust: join(folder, "ca.pem"),
        watch: { paths: [path], read },
      });
      await using(shield, async () => {
        replaceFile(path, JSON.stringify(["nobody.example"]));
        await until(() => now() === "client-not-allowed issuer-unknown");
        replaceFile(path, '["test-cli');
        await until(() => events.some(({ outcome }) => outcome === "failed"));
        expect(now()).to.equal("client-not-allowed issuer-unknown");
        replaceFile(path, JSON.stringify(["client.corp.example"]));
        await until(() => now() === onlyOurs);
      });
    }));

  it("warns of a failure where nobody listens", () =>
    whileInFolder({ "ca.pem": ours }, async (folder) => {
      const path = join(folder, "ca.pem");
      const warnings: string[] = [];
      const shield = createShield({
        trust: path,
        clock,
        onWarning: ({ option }) => void warnings.push(option),
      });
      await using(shield, async () => {
        rmSync(path);
        await until(() => warnings.length > 0);
        expect(warnings).to.deep.equal(["reload (shield)"]);
      });
    }));

  it("leaves no timer behind, whatever came of it", () =>
    whileInFolder({ "ca.pem": ours }, async (folder) => {
      const timers = fakeTimers(clock());
      const trust = join(folder, "ca.pem");
      const { shield } = watching({ trust, timers, clock: timers.clock });
      const before = timers.pauses;
      for (const changes of [{}, { rules: [] }, { mode: "nonsense" }, { revocation: { crl: 7 } }]) {
        await shield.reload(changes as ShieldOptions).catch(() => undefined);
        expect(timers.pauses).to.have.length(before.length);
      }
      shield.close();
      expect(timers.pauses).to.deep.equal([]);
    }));
});
