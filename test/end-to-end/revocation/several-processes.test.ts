import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "chai";
import { authority, certificateList } from "@mtls-shield/testkit";
import type { ApiMessage, ApiPlan, DenyOrder } from "./api-process.ts";
import { frameworks } from "./apps.ts";
import { eventually } from "./eventually.ts";
import { RunningApps } from "./running-apps.ts";

const ca = authority();
const server = ca.server();
const good = ca.client({ commonName: "ann" });
const bad = ca.client({ commonName: "eve" });
const trust = ca.root.pem;

/** Beyond the time that is stated: what reading, deciding and a busy machine take. */
const slackMs = 1_000;

type Ready = ApiMessage & { readonly kind: "ready" };

/** An application in a process of its own. */
class ApiProcess {
  readonly #process: ChildProcess;
  readonly ready: Promise<Ready>;

  constructor(program: "api-process.ts" | "start-cluster.ts", plan: Partial<ApiPlan>) {
    const { leaf, chainPem } = server;
    const whole: ApiPlan = { key: leaf.privateKeyPem, cert: chainPem, trust, ...plan };
    const env = { ...process.env, API_PLAN: JSON.stringify(whole) };
    this.#process = fork(new URL(program, import.meta.url), { env });
    this.ready = once(this.#process, "message").then(([message]) => message as Ready);
  }

  async order(order: DenyOrder): Promise<void> {
    this.#process.send(order);
    await once(this.#process, "message");
  }

  stop(): void {
    this.#process.disconnect();
  }
}

describe("revocation among several processes", function () {
  this.timeout(30_000);
  let apps = new RunningApps(server);
  beforeEach(() => {
    apps = new RunningApps(server);
  });
  afterEach(() => apps.stop());

  const startProcess = (
    plan: Partial<ApiPlan>,
    program: "api-process.ts" | "start-cluster.ts" = "api-process.ts",
  ): ApiProcess => {
    const api = new ApiProcess(program, plan);
    apps.onStop(() => {
      api.stop();
    });
    return api;
  };

  for (const kind of ["file", "store"] as const) {
    it(`reaches everybody within the stated time where the own list is in a ${kind}`, async () => {
      const folder = apps.folder();
      const denied =
        kind === "file"
          ? { file: folder.replace("denied.json", '{ "denied": [] }') }
          : { storeFolder: folder.pathOf("store") };
      const first = startProcess({ denied });
      const second = startProcess({ denied });
      const [{ port }, { port: otherPort, convergesWithinMs }] = await Promise.all([
        first.ready,
        second.ready,
      ]);
      const withinMs = convergesWithinMs! + slackMs;
      expect(withinMs).to.equal(2_000);
      const here = await apps.connect(port, bad);
      const there = await apps.connect(otherPort, bad);
      const bystander = await apps.connect(otherPort, good);
      for (const connection of [here, there]) {
        expect((await connection.get())?.outcome).to.equal("eve");
      }

      await first.order({ deny: bad.leaf.pem });
      // Who was told knows it at once, the others soon.
      expect((await here.get())?.outcome).to.equal("certificate-denied");
      await eventually(
        "the other process refuses eve",
        async () => (await there.get())?.outcome === "certificate-denied",
        { withinMs },
      );
      expect((await bystander.get())?.outcome).to.equal("ann");

      await second.order({ restore: bad.leaf.pem });
      await eventually(
        "the first process admits eve again",
        async () => (await (await apps.connect(port, bad)).get())?.outcome === "eve",
        { withinMs },
      );
    });
  }

  it("lets no process go back behind a list that another one has seen, where they share a store", async () => {
    const folder = apps.folder();
    const marks = folder.pathOf("marks");
    const listOf = (number: number): Uint8Array =>
      certificateList(ca.certificate, { crlNumber: number, revoked: [bad.leaf] }).der;
    const first = startProcess({ crl: folder.replace("first.crl", listOf(5)), marks });
    const { port } = await first.ready;
    // Nothing is ready with an older list, until a newer one takes its place.
    const second = startProcess({ crl: folder.replace("second.crl", listOf(4)), marks });
    let isReady = false;
    void second.ready.then(() => (isReady = true));
    await wait(1_500);
    expect(isReady).to.equal(false);
    folder.replace("second.crl", listOf(6));
    const { port: otherPort } = await second.ready;
    for (const each of [port, otherPort]) {
      const connection = await apps.connect(each, bad);
      expect((await connection.get())?.outcome).to.equal("certificate-revoked");
    }
  });

  describe("at the start of a cluster worker", () => {
    it("is warned that an own list in memory never reaches the others", async () => {
      const { warnings } = await startProcess({ denied: {} }, "start-cluster.ts").ready;
      expect(warnings.map(({ option }) => option)).to.deep.equal(["revocation.denied"]);
      expect(warnings[0]?.message).to.match(/createDenyList\(\{ file \}\)/);
    });

    it("is warned that marks in memory are this worker's own", async () => {
      const crl = apps.folder().replace("ca.crl", certificateList(ca.certificate).der);
      const { warnings } = await startProcess({ crl }, "start-cluster.ts").ready;
      expect(warnings.map(({ option }) => option)).to.deep.equal(["revocation.store"]);
      expect(warnings[0]?.message).to.match(/createFileStore/);
    });

    it("is silent where all of it is shared", async () => {
      const folder = apps.folder();
      const { warnings } = await startProcess(
        {
          crl: folder.replace("ca.crl", certificateList(ca.certificate).der),
          marks: folder.pathOf("marks"),
          denied: { file: folder.replace("denied.json", '{ "denied": [] }') },
        },
        "start-cluster.ts",
      ).ready;
      expect(warnings).to.deep.equal([]);
    });
  });

  it("is silent about memory in a process that is alone", async () => {
    const crl = apps.folder().replace("ca.crl", certificateList(ca.certificate).der);
    const { warnings } = await startProcess({ crl, denied: {} }).ready;
    expect(warnings).to.deep.equal([]);
  });

  describe("for a readiness check", () => {
    const timeoutMs = 300;

    for (const [mode, expected] of [
      ["hard", [503, "revocation-unknown"]],
      ["soft", [200, "ann"]],
    ] as const) {
      it(`is ${mode === "hard" ? "false until the first list came, and nobody waits longer than timeoutMs" : "true at once"} (${mode})`, async () => {
        const waiting: ServerResponse[] = [];
        const address = await apps.serve((_request, response) => waiting.push(response));
        const app = await apps.start(frameworks[0]!, {
          trust,
          revocation: { crl: address, mode, timeoutMs },
        });
        expect(app.shield.isReady()).to.equal(mode === "soft");
        const ann = await apps.connect(app.port, good);
        const start = performance.now();
        const answers = await Promise.all([ann.get(), (await apps.connect(app.port, good)).get()]);
        const waitedMs = performance.now() - start;
        expect(answers.map((answer) => [answer?.status, answer?.outcome])).to.deep.equal([
          expected,
          expected,
        ]);
        expect(waitedMs).to.be.within(timeoutMs - 50, timeoutMs + slackMs);
        expect(waiting).to.have.length(1);
        // It is no refusal for revocation: the connection stays.
        expect(ann.isEnded).to.equal(false);

        waiting[0]!.end(certificateList(ca.certificate, { revoked: [bad.leaf] }).der);
        await app.shield.whenReady();
        await eventually("ann is admitted", async () => (await ann.get())?.outcome === "ann", {
          withinMs: slackMs,
        });
        expect((await (await apps.connect(app.port, bad)).get())?.outcome).to.equal(
          "certificate-revoked",
        );
      });
    }

    it("lets a request that came before the first list have the answer that the list gives", async () => {
      const waiting: ServerResponse[] = [];
      const address = await apps.serve((_request, response) => waiting.push(response));
      const app = await apps.start(frameworks[0]!, { trust, revocation: { crl: address } });
      const pending = [good, bad].map(async (client) => {
        const connection = await apps.connect(app.port, client);
        return (await connection.get())?.outcome;
      });
      await wait(200);
      waiting[0]!.end(certificateList(ca.certificate, { revoked: [bad.leaf] }).der);
      expect(await Promise.all(pending)).to.deep.equal(["ann", "certificate-revoked"]);
    });
  });
});
