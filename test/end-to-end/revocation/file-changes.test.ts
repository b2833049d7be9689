import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { expect } from "chai";
import type { RevocationEvent, RevocationOptions } from "@mtls-shield/node";
import { createFileStore } from "@mtls-shield/stores/file";
import {
  authority,
  certificateList,
  fakeClock,
  type CrlChanges,
  type TestCertificate,
} from "@mtls-shield/testkit";
import { frameworks } from "./apps.ts";
import { eventually } from "./eventually.ts";
import { fileMs, listInUse } from "./list-in-use.ts";
import { RunningApps, type RunningApp } from "./running-apps.ts";
import type { WorkFolder } from "./work-folder.ts";

const ca = authority();
const server = ca.server();
const good = ca.client({ commonName: "ann" });
const bad = ca.client({ commonName: "eve" });
const trust = ca.root.pem;
const hourMs = 3_600_000;

/** The good list that all of this is about: its number is 5, and eve is on it. */
const current: CrlChanges = { crlNumber: 5, revoked: [bad.leaf] };

function list(changes: CrlChanges = {}, signer: TestCertificate = ca.certificate): Buffer {
  return Buffer.from(certificateList(signer, { ...current, ...changes }).der);
}

/** A copy in which one bit is another. */
function flipBit(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = copy[at]! ^ 1;
  return copy;
}

const isTrouble = ({ type }: RevocationEvent): boolean =>
  type === "revocation-list-rejected" || type === "revocation-source-failed";

describe("a list in a file that is changed", function () {
  this.timeout(20_000);
  let apps = new RunningApps(server);
  let folder: WorkFolder;
  beforeEach(() => {
    apps = new RunningApps(server);
    folder = apps.folder();
  });
  afterEach(() => apps.stop());

  const start = (revocation: RevocationOptions, clock = Date.now): Promise<RunningApp> =>
    apps.start(frameworks[0]!, { trust, revocation, clock });
  const call = async ({ port }: RunningApp, client: typeof good): Promise<unknown> => {
    const connection = await apps.connect(port, client);
    return (await connection.get())?.outcome;
  };
  const troubleIn = async (app: RunningApp, after = 0): Promise<RevocationEvent> => {
    await eventually("there is trouble", () => app.events.slice(after).some(isTrouble), {
      withinMs: fileMs,
    });
    return app.events.slice(after).find(isTrouble)!;
  };
  interface BadChange {
    /** What happens to the file, and what is said of it. */
    readonly change: (path: string) => void;
    readonly type: "revocation-list-rejected" | "revocation-source-failed";
    readonly problem: RegExp;
  }
  const rejected = (content: () => string | Buffer, problem: RegExp): BadChange => ({
    change: (path) => {
      writeFileSync(`${path}.draft`, content());
      renameSync(`${path}.draft`, path);
    },
    type: "revocation-list-rejected",
    problem,
  });
  const stranger = authority();
  const base = list();

  const changes: Readonly<Record<string, BadChange>> = {
    "has a flipped bit in its entries": rejected(
      () => flipBit(base, base.indexOf(Buffer.from(bad.leaf.parts.serialNumber)) + 5),
      /no known authority has signed the list/,
    ),
    "has a flipped bit in its signature": rejected(
      () => flipBit(base, base.length - 1),
      /no known authority has signed the list/,
    ),
    "has a flipped bit in a length": rejected(() => flipBit(base, 3), /./),
    "is a newer one with a flipped bit": rejected(() => {
      const newer = list({ crlNumber: 6 });
      return flipBit(newer, newer.length - 1);
    }, /no known authority has signed the list/),
    "is a newer one that was cut off": rejected(
      () => list({ crlNumber: 6, revoked: [] }).subarray(0, -10),
      /./,
    ),
    "was cut off in place": {
      change: (path) => {
        truncateSync(path, 100);
      },
      type: "revocation-list-rejected",
      problem: /./,
    },
    "is a newer one without a signature": rejected(
      () =>
        list({
          crlNumber: 6,
          revoked: [],
          raw: (sound) => ({ ...sound, sign: () => new Uint8Array(0) }),
        }),
      /./,
    ),
    "is a newer one that another key has signed in the authority's name": rejected(
      () =>
        list(
          { crlNumber: 6, revoked: [], issuer: ca.certificate.parts.subject },
          stranger.certificate,
        ),
      /no known authority has signed the list/,
    ),
    "is one with a lower number": rejected(
      () => list({ crlNumber: 4, revoked: [], thisUpdate: Date.now() }),
      /older than the one in use/,
    ),
    "is one of an earlier date": rejected(
      () => list({ crlNumber: 6, revoked: [], thisUpdate: Date.now() - 2 * hourMs }),
      /older than the one in use/,
    ),
    "is one without a number": rejected(
      () => list({ revoked: [], thisUpdate: Date.now(), extensions: { crlNumber: "absent" } }),
      /./,
    ),
    "is one of the future": rejected(
      () => list({ crlNumber: 6, revoked: [], thisUpdate: Date.now() + hourMs }),
      /not valid yet/,
    ),
    "is empty": rejected(() => "", /there is nothing/),
    "is PEM of something else": rejected(() => ca.root.pem, /a block is a CERTIFICATE/),
    "is deleted": {
      change: (path) => {
        rmSync(path);
      },
      type: "revocation-source-failed",
      problem: /ENOENT/,
    },
    "is an empty folder": {
      change: (path) => {
        rmSync(path);
        mkdirSync(path);
      },
      type: "revocation-source-failed",
      problem: /the folder holds no file/,
    },
  };

  for (const [name, { change, type, problem }] of Object.entries(changes)) {
    it(`replaces nothing where it ${name}: an event, a count, and the good list counts on`, async () => {
      const path = folder.replace("ca.crl", base);
      const app = await start({ crl: path });
      await app.shield.whenReady();
      const ann = await apps.connect(app.port, good);
      expect((await ann.get())?.outcome).to.equal("ann");
      expect(app.events.filter(isTrouble)).to.deep.equal([]);
      const before = app.events.length;
      change(path);
      const trouble = await troubleIn(app, before);
      expect(trouble.type).to.equal(type);
      expect(trouble).to.have.property("source").that.includes("ca.crl");
      expect(trouble).to.have.property("problem").that.matches(problem);
      expect(app.counts.get(type)).to.be.greaterThan(0);
      expect((await ann.get())?.outcome).to.equal("ann");
      expect(await call(app, bad)).to.equal("certificate-revoked");
      expect(app.shield.isReady()).to.equal(true);
      // What is mended takes effect as before.
      rmSync(path, { recursive: true, force: true });
      folder.replace("ca.crl", list({ crlNumber: 7, revoked: [good.leaf] }));
      await listInUse(app, 7);
      expect((await ann.get())?.outcome).to.equal("certificate-revoked");
      expect(await call(app, bad)).to.equal("eve");
    });
  }

  it("takes effect when a list that was half-written in place is completed", async () => {
    const path = folder.replace("ca.crl", base);
    const app = await start({ crl: path });
    await app.shield.whenReady();
    const next = list({ crlNumber: 6, revoked: [good.leaf] });
    const before = app.events.length;
    writeFileSync(path, next.subarray(0, next.length / 2));
    await troubleIn(app, before);
    expect(await call(app, bad)).to.equal("certificate-revoked");
    writeFileSync(path, next.subarray(next.length / 2), { flag: "a" });
    await listInUse(app, 6);
    expect(await call(app, good)).to.equal("certificate-revoked");
  });

  it("takes effect each time when it is replaced again and again, without trouble", async () => {
    const path = folder.replace("ca.crl", base);
    const app = await start({ crl: path });
    for (let number = 6; number < 10; number++) {
      folder.replace("ca.crl", list({ crlNumber: number }));
      await listInUse(app, number);
    }
    expect(app.events.filter(isTrouble)).to.deep.equal([]);
  });

  it("takes effect when Kubernetes swaps the folder behind its link", async () => {
    const put = (content: Buffer): void => {
      const data = mkdtempSync(folder.pathOf("..2026_"));
      writeFileSync(`${data}/ca.crl`, content);
      symlinkSync(data, folder.pathOf("..data_tmp"));
      renameSync(folder.pathOf("..data_tmp"), folder.pathOf("..data"));
    };
    put(base);
    symlinkSync("..data/ca.crl", folder.pathOf("ca.crl"));
    const app = await start({ crl: folder.pathOf("ca.crl") });
    await app.shield.whenReady();
    for (let number = 6; number < 9; number++) {
      put(list({ crlNumber: number, revoked: [number === 8 ? good.leaf : bad.leaf] }));
      await listInUse(app, number);
    }
    expect(await call(app, good)).to.equal("certificate-revoked");
    expect(await call(app, bad)).to.equal("eve");
  });

  describe("and is not replaced by a good one until its nextUpdate", () => {
    for (const [mode, expected] of [
      ["hard", "revocation-unknown"],
      ["soft", "ann"],
    ] as const) {
      it(`counts until then, and after that the mode decides (${mode})`, async () => {
        const clock = fakeClock(Date.now());
        const nextUpdate = clock() + hourMs;
        const path = folder.replace("ca.crl", list({ nextUpdate }));
        const app = await start({ crl: path, mode }, clock);
        // A soft set is ready at once.
        await listInUse(app, 5);
        const ann = await apps.connect(app.port, good);
        folder.replace("ca.crl", "no list");
        await troubleIn(app);
        clock.set(nextUpdate - 1_000);
        expect((await ann.get())?.outcome).to.equal("ann");
        expect(app.counts.get("revocation-status-forgiven")).to.equal(undefined);
        clock.set(nextUpdate + 1_000);
        const answer = await ann.get();
        expect([answer?.outcome, answer?.status]).to.deep.equal([
          expected,
          mode === "hard" ? 503 : 200,
        ]);
        expect(app.counts.get("revocation-status-forgiven")).to.equal(
          mode === "hard" ? undefined : 1,
        );
        // Whom it revokes stays revoked, however old it is.
        expect(await call(app, bad)).to.equal("certificate-revoked");
        folder.replace("ca.crl", list({ crlNumber: 6, now: clock() }));
        await listInUse(app, 6);
        expect(await call(app, good)).to.equal("ann");
      });
    }

    it("is a warning in the decision where the mode is soft", async () => {
      const clock = fakeClock(Date.now());
      const path = folder.replace("ca.crl", list({ nextUpdate: clock() + hourMs }));
      const warnings: unknown[] = [];
      const app = await apps.start(frameworks[0]!, {
        trust,
        revocation: { crl: path, mode: "soft" },
        clock,
        onDecision: ({ decision }) => {
          if (decision.outcome === "allow") warnings.push(decision.warnings.map((w) => w.code));
        },
      });
      await app.shield.whenReady();
      expect(await call(app, good)).to.equal("ann");
      clock.advance(2 * hourMs);
      expect(await call(app, good)).to.equal("ann");
      expect(warnings).to.deep.equal([[], ["revocation-unknown"]]);
    });
  });

  describe("to an older one while the process is down", () => {
    /** A process that used list 5, and one after it that finds list 4, on which eve is missing. */
    async function restart(): Promise<RunningApp> {
      const store = createFileStore({ folder: folder.pathOf("store") });
      const path = folder.replace("ca.crl", base);
      const before = await start({ crl: path, store });
      await before.shield.whenReady();
      before.shield.close();
      folder.replace("ca.crl", list({ crlNumber: 4, revoked: [] }));
      return start({ crl: path, store: createFileStore({ folder: folder.pathOf("store") }) });
    }

    it("is refused after the restart: nobody is admitted, and the shield is not ready", async () => {
      const app = await restart();
      const trouble = await troubleIn(app);
      expect(trouble)
        .to.have.property("problem")
        .that.matches(/older than one that was in use before/);
      expect(app.shield.isReady()).to.equal(false);
      for (const client of [good, bad]) {
        expect(await call(app, client)).to.equal("revocation-unknown");
      }
      folder.replace("ca.crl", list({ crlNumber: 6 }));
      await listInUse(app, 6);
      expect(app.shield.isReady()).to.equal(true);
      expect(await call(app, good)).to.equal("ann");
      expect(await call(app, bad)).to.equal("certificate-revoked");
    });

    it("counts once an operator says that the authority had to start over, which is told with his name and reason", async () => {
      const app = await restart();
      await troubleIn(app);
      const reset = { issuer: "CN=Test Root", by: "op@corp.example", why: "restored from backup" };
      expect(await app.shield.resetListMarks(reset)).to.equal(1);
      await listInUse(app, 4);
      expect(app.shield.isReady()).to.equal(true);
      expect(await call(app, bad)).to.equal("eve");
      const told = app.events.filter(({ type }) => type === "revocation-marks-reset");
      expect(told).to.have.length(1);
      expect(told[0]).to.include(reset);
      // It was once: from here on nothing goes back again.
      const before = app.events.length;
      folder.replace("ca.crl", list({ crlNumber: 3, revoked: [] }));
      await troubleIn(app, before);
    });

    it("says that nothing was reset for an issuer of whom no list was ever seen", async () => {
      const app = await restart();
      await troubleIn(app);
      const reset = { issuer: "CN=Somebody Else", by: "op", why: "a slip" };
      expect(await app.shield.resetListMarks(reset)).to.equal(0);
      expect(app.shield.isReady()).to.equal(false);
    });
  });

  it("keeps nobody waiting while the store of its marks fails: refused with 503, and ready when it works again", async () => {
    const path = folder.replace("ca.crl", base);
    const sound = createFileStore({ folder: folder.pathOf("store") });
    let isBroken = true;
    const app = await start({
      crl: path,
      store: {
        get: (key) => (isBroken ? Promise.reject(new Error("the disk is gone")) : sound.get(key)),
        set: (...given) => sound.set(...given),
        compareAndSet: (...given) => sound.compareAndSet(...given),
        delete: (key) => sound.delete(key),
        close: () => sound.close(),
      },
    });
    expect(await troubleIn(app)).to.include({ type: "revocation-source-failed" });
    expect(await call(app, good)).to.equal("revocation-unknown");
    expect(app.shield.isReady()).to.equal(false);
    isBroken = false;
    await app.shield.whenReady();
    expect(await call(app, good)).to.equal("ann");
  });
});
