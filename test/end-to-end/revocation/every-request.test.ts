import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { once } from "node:events";
import { expect } from "chai";
import { createDenyList, type RevocationOptions } from "@mtls-shield/node";
import {
  authority,
  callApi,
  callWithOpenssl,
  certificateList,
  nodeShowsIntermediates,
  ocspResponse,
  requireTool,
  type CrlEntryChanges,
  type IssuedChain,
  type TestCertificate,
} from "@mtls-shield/testkit";
import { frameworks, type Answering } from "./apps.ts";
import { eventually } from "./eventually.ts";
import type { KeptAnswer } from "./kept-connection.ts";
import { listInUse } from "./list-in-use.ts";
import { RunningApps, type RunningApp } from "./running-apps.ts";
import type { WorkFolder } from "./work-folder.ts";

const ca = authority();
const server = ca.server();
const good = ca.client({ commonName: "ann" });
const bad = ca.client({ commonName: "eve" });
const trust = ca.root.pem;
const versions = ["TLSv1.2", "TLSv1.3"] as const;

type Revoked = readonly (TestCertificate | CrlEntryChanges)[];

/** A list in a file, and what takes its place. */
class ListFile {
  readonly path: string;
  readonly #folder: WorkFolder;
  #number = 1;

  constructor(folder: WorkFolder) {
    this.#folder = folder;
    this.path = this.#write([]);
  }

  /** Puts certificates on the list, and waits until that counts. */
  async revoke(app: Pick<RunningApp, "events">, ...revoked: Revoked): Promise<void> {
    this.#number++;
    this.#write(revoked);
    await listInUse(app, this.#number);
  }

  #write(revoked: Revoked): string {
    const list = certificateList(ca.certificate, { crlNumber: this.#number, revoked });
    return this.#folder.replace("ca.crl", list.pem);
  }
}

/** What a refusal for revocation looks like, on the connection that it ends. */
function expectRefusal(answer: KeptAnswer | undefined, code: string): void {
  expect(answer?.outcome).to.equal(code);
  expect(answer?.status).to.equal(403);
  expect(answer?.headers.get("connection")).to.equal("close");
}

describe("a client that is revoked after its handshake", function () {
  this.timeout(20_000);
  let apps = new RunningApps(server);
  beforeEach(() => {
    apps = new RunningApps(server);
  });
  afterEach(() => apps.stop());

  for (const framework of frameworks) {
    describe(`with ${framework.name}`, () => {
      const start = async (
        revocation: RevocationOptions,
        onRefusal: Answering = "respond",
        required = true,
      ): Promise<RunningApp> => {
        const app = await apps.start(
          framework,
          { trust, revocation, required },
          {
            onRefusal,
            first: (shield, request, response) => {
              if (request.url !== "/check") return false;
              void shield.check(request).then(({ decision }) => {
                const code = decision.outcome === "deny" ? decision.reason.code : "allow";
                response.end(JSON.stringify({ code }));
              });
              return true;
            },
          },
        );
        await app.shield.whenReady();
        return app;
      };
      const call = async (app: RunningApp, client: IssuedChain): Promise<unknown> => {
        const connection = await apps.connect(app.port, client);
        return (await connection.get())?.outcome;
      };

      for (const [code, entry] of [
        ["certificate-revoked", { certificate: bad.leaf, reason: "keyCompromise" }],
        ["certificate-on-hold", { certificate: bad.leaf, reason: "certificateHold" }],
      ] as const) {
        it(`is refused at the next request of its kept connection, which ends, and nobody else notices (${code})`, async () => {
          const list = new ListFile(apps.folder());
          const app = await start({ crl: list.path });
          const [ann, eve] = [
            await apps.connect(app.port, good),
            await apps.connect(app.port, bad),
          ];
          for (let time = 0; time < 3; time++) {
            expect((await ann.get())?.outcome).to.equal("ann");
            expect((await eve.get())?.outcome).to.equal("eve");
          }
          await list.revoke(app, entry);
          expectRefusal(await eve.get(), code);
          await eve.ended();
          expect((await ann.get())?.outcome).to.equal("ann");
          expect(ann.isEnded).to.equal(false);
          expect(await call(app, bad)).to.equal(code);
        });
      }

      it("is admitted again when its hold was released", async () => {
        const list = new ListFile(apps.folder());
        const app = await start({ crl: list.path });
        await list.revoke(app, { certificate: bad.leaf, reason: "certificateHold" });
        expect(await call(app, bad)).to.equal("certificate-on-hold");
        await list.revoke(app);
        expect(await call(app, bad)).to.equal("eve");
      });

      it("is refused at the very next request when it is put on the own list, and admitted when it is restored", async () => {
        const denied = createDenyList();
        const app = await start({ denied });
        const [ann, eve] = [await apps.connect(app.port, good), await apps.connect(app.port, bad)];
        expect((await ann.get())?.outcome).to.equal("ann");
        expect((await eve.get())?.outcome).to.equal("eve");
        await denied.deny({ publicKey: bad.leaf.pem, reason: "laptop lost" });
        const answer = await eve.get();
        expectRefusal(answer, "certificate-denied");
        expect(answer?.text).not.to.include("laptop");
        await eve.ended();
        expect((await ann.get())?.outcome).to.equal("ann");
        await denied.restore({ publicKey: bad.leaf.pem });
        expect(await call(app, bad)).to.equal("eve");
      });

      it("is refused when a fresh OCSP answer says so, without another request's waiting for it", async () => {
        let status: "good" | "revoked" = "good";
        const address = await apps.serve((_request, response) => {
          const responses = [
            { certificate: good.leaf },
            { certificate: bad.leaf, status, reason: "keyCompromise" as const },
          ];
          response.end(ocspResponse(ca.certificate, { responses }));
        });
        const app = await start({ ocsp: address, refreshMs: 1_000 });
        const [ann, eve] = [await apps.connect(app.port, good), await apps.connect(app.port, bad)];
        expect((await ann.get())?.outcome).to.equal("ann");
        expect((await eve.get())?.outcome).to.equal("eve");
        status = "revoked";
        let answer: KeptAnswer | undefined;
        await eventually(
          "the answer has taken effect",
          async () => {
            answer = await eve.get();
            return answer?.status !== 200;
          },
          { withinMs: 3_000 },
        );
        expectRefusal(answer, "certificate-revoked");
        await eve.ended();
        expect((await ann.get())?.outcome).to.equal("ann");
      });

      for (const [onRefusal, status] of [
        ["next", 403],
        ["own", 451],
      ] as const) {
        it(`loses its connection too where onRefusal is ${onRefusal === "next" ? '"next"' : "a function"}`, async () => {
          const denied = createDenyList();
          const app = await start({ denied }, onRefusal);
          const eve = await apps.connect(app.port, bad);
          expect((await eve.get())?.outcome).to.equal("eve");
          await denied.deny({ publicKey: bad.leaf.pem });
          const answer = await eve.get();
          expect(answer?.status).to.equal(status);
          expect(answer?.headers.get("connection")).to.equal("close");
          await eve.ended();
        });
      }

      it("is refused by the guard of a route where the shield requires nobody", async () => {
        const list = new ListFile(apps.folder());
        const app = await start({ crl: list.path }, "respond", false);
        const eve = await apps.connect(app.port, bad);
        expect((await eve.get("/guarded"))?.outcome).to.equal("eve");
        await list.revoke(app, bad.leaf);
        const open = await eve.get("/");
        expect([open?.status, open?.outcome]).to.deep.equal([200, undefined]);
        expectRefusal(await eve.get("/guarded"), "certificate-revoked");
        await eve.ended();
      });

      it("is refused by `check` as well", async () => {
        const list = new ListFile(apps.folder());
        const app = await start({ crl: list.path });
        const eve = await apps.connect(app.port, bad);
        expect((await eve.get("/check"))?.outcome).to.equal("allow");
        await list.revoke(app, bad.leaf);
        expect((await eve.get("/check"))?.outcome).to.equal("certificate-revoked");
      });

      it("gets one answer and no other, whatever it sent ahead", async () => {
        const denied = createDenyList();
        const app = await start({ denied });
        const eve = await apps.connect(app.port, bad);
        expect((await eve.get())?.outcome).to.equal("eve");
        await denied.deny({ publicKey: bad.leaf.pem });
        const ahead = "/ HTTP/1.1\r\nHost: localhost\r\n\r\nGET ".repeat(5);
        expectRefusal(await eve.get(`${ahead}/`), "certificate-denied");
        await eve.ended();
        expect(eve.received.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(["HTTP/1.1 403"]);
      });

      for (const tlsVersion of versions) {
        it(`is refused when it resumes its session, ${tlsVersion}`, async () => {
          const list = new ListFile(apps.folder());
          const app = await start({ crl: list.path });
          const { port } = app;
          const first = await callApi({ port, client: bad, tlsVersion });
          expect(first.status).to.equal(200);
          await list.revoke(app, bad.leaf);
          const { session } = first;
          const resumed = await callApi({ port, client: bad, tlsVersion, session });
          expect(resumed.resumed).to.equal(true);
          expect([resumed.status, resumed.json["code"]]).to.deep.equal([
            403,
            "certificate-revoked",
          ]);
        });
      }
    });
  }

  for (const tlsVersion of versions) {
    it(`is refused when OpenSSL resumes its session, ${tlsVersion}`, async function () {
      requireTool(this, "openssl");
      const list = new ListFile(apps.folder());
      const app = await apps.start(frameworks[0]!, { trust, revocation: { crl: list.path } });
      const { port } = app;
      const first = await callWithOpenssl({ port, client: bad, tlsVersion });
      expect(first.status).to.equal(200);
      await list.revoke(app, bad.leaf);
      const { session } = first;
      const resumed = await callWithOpenssl({ port, session, tlsVersion });
      expect(resumed).to.include({ resumed: true, status: 403, code: "certificate-revoked" });
    });

    describe(`whose intermediates only the first handshake showed, ${tlsVersion}`, () => {
      const issuing = ca.intermediate();
      const client = issuing.client({ commonName: "bea" });
      const other = issuing.client({ commonName: "eve" });

      before(async function () {
        if (!(await nodeShowsIntermediates())) this.skip();
      });

      /** Lists of both authorities. The issuing one is known as a signer of lists, but not to build paths with. */
      const listsOf = (number: number, revoked: Revoked, ofRoot: Revoked): string =>
        certificateList(ca.certificate, { crlNumber: number, revoked: ofRoot }).pem +
        certificateList(issuing.certificate, { crlNumber: number, revoked }).pem;

      async function begin(): Promise<{
        readonly update: (number: number, revoked: Revoked, ofRoot?: Revoked) => Promise<void>;
        readonly resume: (session: Buffer | undefined) => Promise<unknown>;
        readonly session: Buffer | undefined;
      }> {
        const folder = apps.folder();
        const from = folder.replace("all.crl", listsOf(1, [], []));
        const crl = { from, signers: issuing.certificate.pem };
        const app = await apps.start(frameworks[0]!, { trust, revocation: { crl } });
        const { port } = app;
        const { status, session } = await callApi({ port, client, tlsVersion });
        expect(status).to.equal(200);
        return {
          session,
          async update(number, revoked, ofRoot = []) {
            folder.replace("all.crl", listsOf(number, revoked, ofRoot));
            await listInUse(app, number, { lists: 2 });
          },
          async resume(ticket) {
            const answer = await callApi({ port, client, tlsVersion, session: ticket });
            expect(answer.resumed).to.equal(true);
            return answer.json["code"] ?? answer.json["client"];
          },
        };
      }

      it("stays admitted while lists are replaced that do not name it", async () => {
        const { update, resume, session } = await begin();
        for (let number = 2; number < 5; number++) {
          await update(number, [other.leaf]);
          expect(await resume(session)).to.equal("bea");
        }
      });

      it("is refused once it is on a list itself", async () => {
        const { update, resume, session } = await begin();
        await update(2, [client.leaf]);
        expect(await resume(session)).to.equal("certificate-revoked");
      });

      it("is refused once its authority is on the list of the root", async () => {
        const { update, resume, session } = await begin();
        await update(2, [], [issuing.certificate]);
        expect(await resume(session)).to.equal("certificate-revoked");
      });
    });
  }

  for (const framework of frameworks.slice(1)) {
    it(`is refused at the next stream of its HTTP/2 session, which ends with GOAWAY (${framework.name})`, async () => {
      const list = new ListFile(apps.folder());
      const app = await apps.start(
        framework,
        { trust, revocation: { crl: list.path } },
        { http2: true },
      );
      await app.shield.whenReady();
      const [ann, eve] = [open(app, good), open(app, bad)];
      expect(await askOver(ann)).to.deep.equal([200, "ann"]);
      expect(await askOver(eve)).to.deep.equal([200, "eve"]);
      let isTold = false;
      eve.on("goaway", () => (isTold = true));
      await list.revoke(app, bad.leaf);
      const closed = once(eve, "close");
      expect(await askOver(eve)).to.deep.equal([403, "certificate-revoked"]);
      await closed;
      expect(isTold).to.equal(true);
      expect(await askOver(ann)).to.deep.equal([200, "ann"]);
      expect(ann.closed).to.equal(false);
    });
  }

  function open({ port }: RunningApp, client: IssuedChain): ClientHttp2Session {
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      cert: client.chainPem,
      key: client.leaf.privateKeyPem,
      rejectUnauthorized: false,
    });
    session.on("error", () => undefined);
    apps.onStop(() => {
      session.destroy();
    });
    return session;
  }
});

async function askOver(session: ClientHttp2Session): Promise<readonly [unknown, unknown]> {
  const stream = session.request({ ":path": "/" });
  const [headers] = (await once(stream, "response")) as [Readonly<Record<string, unknown>>];
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk as string;
  const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return [headers[":status"], body["code"] ?? body["client"]];
}
