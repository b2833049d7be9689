import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, type Server, type ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { expect } from "chai";
import express from "express";
import { createMtlsServer, httpsOptions, mtls, type MtlsOptions } from "@mtls-shield/express";
import {
  authority,
  callApi,
  callWithOpenssl,
  fakeClock,
  nodeShowsIntermediates,
  requireTool,
  startServer,
  type IssuedChain,
  type RunningServer,
} from "@mtls-shield/testkit";

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

const ca = authority({ commonName: "Root A" });
const otherCa = authority({ commonName: "Root B" });
const serverChain = ca.server();
const tls = { key: serverChain.leaf.privateKeyPem, cert: serverChain.chainPem };
const day = 86_400_000;
const versions = ["TLSv1.2", "TLSv1.3"] as const;

/** An application that answers with the client it sees, behind a shield of its own. */
function app(options: MtlsOptions = {}): Listener {
  const application = express();
  application.use(mtls({ onWarning: () => undefined, ...options }));
  application.use((req, res) => {
    res.json({ client: req.mtls?.client?.commonName });
  });
  return application;
}

/** What the caller learns: the client that the handler saw, or the reason of the refusal. */
const outcomeOf = ({ json }: { json: Readonly<Record<string, unknown>> }): unknown =>
  json["code"] ?? json["client"];

describe("what Node's TLS does that a shield must survive", () => {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  async function start(server: Server): Promise<number> {
    const started = await startServer(server);
    running.push(started);
    return started.port;
  }

  let showsIntermediates = false;
  before(async () => {
    showsIntermediates = await nodeShowsIntermediates();
  });

  for (const [kind, create] of [
    [
      "createMtlsServer",
      (options: ServerOptions, listener: Listener) => createMtlsServer(options, listener),
    ],
    [
      "https.createServer",
      (options: ServerOptions, listener: Listener) =>
        createServer({ ...options, requestCert: true, rejectUnauthorized: false }, listener),
    ],
  ] as const) {
    for (const tlsVersion of versions) {
      describe(`on ${kind}, ${tlsVersion}`, () => {
        it("refuses a resumed session without a certificate, which Node may call authorized (row 1)", async () => {
          const port = await start(create({ ...tls, ca: ca.root.pem }, app()));
          const first = await callApi({ port, tlsVersion });
          const second = await callApi({ port, tlsVersion, session: first.session });
          expect(second.resumed).to.equal(true);
          expect([outcomeOf(first), outcomeOf(second)]).to.deep.equal([
            "certificate-missing",
            "certificate-missing",
          ]);
        });

        it("knows a resumed client that shows only its leaf by its own earlier path (row 2)", async () => {
          const client = ca.intermediate().client({ commonName: "ann" });
          const listener = app({ trust: ca.root.pem });
          const port = await start(create({ ...tls, ca: ca.root.pem }, listener));
          const first = await callApi({ port, tlsVersion, client });
          const second = await callApi({ port, tlsVersion, client, session: first.session });
          expect(second.resumed).to.equal(true);
          const expected = showsIntermediates ? "ann" : "chain-incomplete";
          expect([outcomeOf(first), outcomeOf(second)]).to.deep.equal([expected, expected]);
        });

        it("names the cure when a resumed client's intermediates are not known, and admits it with them (row 2, 3)", async () => {
          const intermediate = ca.intermediate();
          const client = intermediate.client({ commonName: "ann" });
          const roots = ca.root.pem;
          let listener = app({ trust: roots });
          const port = await start(
            create({ ...tls, ca: roots }, (request, response) => {
              listener(request, response);
            }),
          );
          const { session } = await callApi({ port, tlsVersion, client });
          // A new shield remembers nobody, as after a restart with the same ticket keys.
          listener = app({ trust: roots });
          const resumed = await callApi({ port, tlsVersion, client, session });
          expect(resumed.resumed).to.equal(true);
          expect(outcomeOf(resumed)).to.equal("chain-incomplete");
          listener = app({ trust: { roots, intermediates: intermediate.certificate.pem } });
          expect(outcomeOf(await callApi({ port, tlsVersion, client, session }))).to.equal("ann");
        });

        it("refuses a certificate that expired since, on the kept-alive and on the resumed connection (row 5)", async () => {
          const clock = fakeClock(Date.now());
          const client = ca.client({ commonName: "ann", notAfter: clock() + day });
          const port = await start(create({ ...tls, ca: ca.root.pem }, app({ clock })));
          const agent = new Agent({ keepAlive: true, maxSockets: 1 });
          const first = await callApi({ port, tlsVersion, client, agent });
          clock.advance(day + 1_000);
          const keptAlive = await callApi({ port, tlsVersion, client, agent });
          const resumed = await callApi({ port, tlsVersion, client, session: first.session });
          agent.destroy();
          expect(resumed.resumed).to.equal(true);
          expect([first, keptAlive, resumed].map(outcomeOf)).to.deep.equal([
            "ann",
            "certificate-expired",
            "certificate-expired",
          ]);
        });
      });
    }
  }

  it("reads the chain before any other middleware can consume it (row 4)", async () => {
    const client = ca.intermediate().client({ commonName: "ann" });
    const application = express();
    application.use((req, _res, next) => {
      (req.socket as TLSSocket).getPeerCertificate(true);
      next();
    });
    application.use(app({ trust: ca.root.pem }));
    const listener = application;
    const ours = await start(createMtlsServer({ ...tls, ca: ca.root.pem }, listener));
    expect(outcomeOf(await callApi({ port: ours, client }))).to.equal(
      showsIntermediates ? "ann" : "chain-incomplete",
    );
    // On a server of somebody else the other middleware was first; only the newest Node shows the chain again.
    const theirs = await start(createServer(httpsOptions({ ...tls, ca: ca.root.pem }), listener));
    expect(outcomeOf(await callApi({ port: theirs, client }))).to.be.oneOf([
      "ann",
      "chain-incomplete",
    ]);
  });

  it("never lets one client's intermediates complete another's path", async () => {
    const intermediate = ca.intermediate();
    const helpful = intermediate.client({ commonName: "helpful" });
    const lone = intermediate.client({ commonName: "lone" });
    const port = await start(createMtlsServer({ ...tls, ca: ca.root.pem }, app()));
    await callApi({ port, client: helpful });
    const answer = await callApi({ port, client: { leaf: lone.leaf, chainPem: lone.leaf.pem } });
    expect(outcomeOf(answer)).to.equal("issuer-unknown");
  });

  describe("with sessions that travel between trust contexts (row 6)", () => {
    const client = ca.client({ commonName: "ann" });

    before(function () {
      requireTool(this, "openssl");
    });

    for (const tlsVersion of versions) {
      it(`refuses a session of one server on another with the same ticket keys, ${tlsVersion}`, async () => {
        const ticketKeys = randomBytes(48);
        const first = await start(createMtlsServer({ ...tls, ca: ca.root.pem, ticketKeys }, app()));
        const second = await start(
          createMtlsServer({ ...tls, ca: otherCa.root.pem, ticketKeys }, app()),
        );
        const { status, session } = await callWithOpenssl({ port: first, client, tlsVersion });
        expect(status).to.equal(200);
        const resumed = await callWithOpenssl({ port: second, session, tlsVersion });
        expect(resumed).to.include({ resumed: true, status: 403, code: "chain-incomplete" });
      });

      it(`refuses a session after its authority was removed from the server, ${tlsVersion}`, async () => {
        const ticketKeys = randomBytes(48);
        const server = createMtlsServer(
          { ...tls, ca: [ca.root.pem, otherCa.root.pem], ticketKeys },
          app(),
        );
        const port = await start(server);
        const { status, session } = await callWithOpenssl({ port, client, tlsVersion });
        expect(status).to.equal(200);
        server.setSecureContext({ ...tls, ca: otherCa.root.pem, ticketKeys });
        const resumed = await callWithOpenssl({ port, session, tlsVersion });
        expect(resumed).to.include({ resumed: true, status: 403, code: "chain-incomplete" });
      });

      it(`judges a session of one server name by the rule of another, ${tlsVersion}`, async () => {
        const rules = [
          { match: "* /**", host: "a.example", allow: "any-client", trust: "a" },
          { match: "* /**", host: "b.example", allow: "any-client", trust: "b" },
        ] as const;
        const trust = { a: ca.root.pem, b: otherCa.root.pem };
        const options = httpsOptions({ ...tls, ca: [ca.root.pem, otherCa.root.pem] });
        const server = createServer(options, app({ trust, rules }));
        for (const [name, root] of [
          ["a.example", ca.root.pem],
          ["b.example", otherCa.root.pem],
        ] as const) {
          server.addContext(name, { ...tls, ca: root });
        }
        const port = await start(server);
        const first = await callWithOpenssl({ port, client, tlsVersion, servername: "a.example" });
        expect(first.status).to.equal(200);
        const { session } = first;
        const other = await callWithOpenssl({ port, session, tlsVersion, servername: "b.example" });
        expect(other).to.include({ resumed: true, status: 403, code: "trust-set-mismatch" });
      });

      it(`gives out no tickets once the server has a second context, ${tlsVersion}`, async () => {
        const server = createMtlsServer(
          { ...tls, ca: ca.root.pem },
          app({ trust: { a: ca.root.pem, b: otherCa.root.pem } }),
        );
        server.addContext("b.example", { ...tls, ca: otherCa.root.pem });
        const port = await start(server);
        const first = await callWithOpenssl({ port, client, tlsVersion, servername: "a.example" });
        expect(first.status).to.equal(200);
        for (const servername of ["a.example", "b.example"]) {
          const again = await callWithOpenssl({
            port,
            client,
            session: first.session,
            tlsVersion,
            servername,
          });
          expect(again.resumed).to.equal(false);
        }
        const sni = createMtlsServer(
          {
            ...tls,
            ca: ca.root.pem,
            SNICallback: (_name, done) => {
              done(null, createSecureContext({ ...tls, ca: otherCa.root.pem }));
            },
          },
          app({ trust: ca.root.pem }),
        );
        const sniPort = await start(sni);
        const { session } = await callWithOpenssl({ port: sniPort, client, tlsVersion });
        expect((await callWithOpenssl({ port: sniPort, session, tlsVersion })).resumed).to.equal(
          false,
        );
      });
    }

    it("refuses without options where contexts per server name hide whom the server trusts", async () => {
      const options = { ...tls, ca: ca.root.pem, requestCert: true, rejectUnauthorized: false };
      const withContext = createServer(options, app());
      withContext.addContext("b.example", { ...tls, ca: otherCa.root.pem });
      const withCallback = createServer(
        {
          ...options,
          SNICallback: (_name, done) => {
            done(null, createSecureContext(tls));
          },
        },
        app(),
      );
      for (const server of [withContext, withCallback]) {
        const answer = await callApi({ port: await start(server), client });
        expect(answer.status).to.equal(503);
        expect(outcomeOf(answer)).to.equal("engine-failed");
      }
    });
  });

  describe("with a client that changes its certificate in mid-connection (row 6b)", () => {
    let folder = "";
    after(() => {
      if (folder !== "") rmSync(folder, { recursive: true, force: true });
    });
    before(function () {
      this.timeout(60_000);
      requireTool(this, "cc");
      folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
      const source = new URL("renegotiate.c", import.meta.url).pathname;
      try {
        const flags = ["-D_GNU_SOURCE", "-o", "renegotiate", source, "-lssl", "-lcrypto"];
        execFileSync("cc", flags, { cwd: folder, stdio: "pipe" });
      } catch (error) {
        if (process.env["CI"] === "true") throw error;
        console.log("      skipped: needs the headers of OpenSSL (libssl-dev)");
        this.skip();
      }
    });

    /** The statuses of a request before and of one after the renegotiation. */
    async function renegotiate(
      port: number,
      first: IssuedChain,
      second: IssuedChain,
    ): Promise<string[]> {
      for (const [name, { leaf }] of Object.entries({ first, second })) {
        writeFileSync(join(folder, `${name}.pem`), leaf.pem);
        writeFileSync(join(folder, `${name}.key`), leaf.privateKeyPem, { mode: 0o600 });
      }
      const args = [String(port), "first.pem", "first.key", "second.pem", "second.key"];
      const { stdout } = await promisify(execFile)("./renegotiate", args, {
        cwd: folder,
        timeout: 15_000,
      });
      return stdout.trim().split("\n");
    }

    const good = ca.client({ commonName: "ann" });
    const bad = otherCa.client({ commonName: "eve" });

    it("does not renegotiate on a server of createMtlsServer or httpsOptions", async () => {
      const ours = await start(createMtlsServer({ ...tls, ca: ca.root.pem }, app()));
      const theirs = await start(createServer(httpsOptions({ ...tls, ca: ca.root.pem }), app()));
      expect(await renegotiate(ours, good, bad)).to.deep.equal(["200", "none"]);
      expect(await renegotiate(theirs, good, bad)).to.deep.equal(["200", "none"]);
    });

    it("judges the new certificate on a server that renegotiates, in either direction", async () => {
      const seen: unknown[] = [];
      const onDecision: MtlsOptions["onDecision"] = ({ decision }) =>
        seen.push(decision.client?.commonName);
      const server = createServer(
        { ...tls, ca: ca.root.pem, requestCert: true, rejectUnauthorized: false },
        app({ onDecision }),
      );
      const port = await start(server);
      expect(await renegotiate(port, good, bad)).to.deep.equal(["200", "403"]);
      expect(await renegotiate(port, bad, good)).to.deep.equal(["403", "200"]);
      expect(seen).to.deep.equal(["ann", undefined, undefined, "ann"]);
    });
  });

  describe("without a ca (row 11b)", () => {
    it("does not start", () => {
      for (const ca of [undefined, []]) {
        const options = ca === undefined ? tls : { ...tls, ca };
        expect(() => createMtlsServer(options, app())).to.throw(
          /^ca: is missing.*public web roots/,
        );
        expect(() => httpsOptions(options)).to.throw(/^ca: is missing/);
      }
    });

    it("refuses every request on a server of somebody else, whatever OpenSSL says of the client", async () => {
      const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, app());
      const answer = await callApi({ port: await start(server), client: ca.client() });
      expect(answer.status).to.equal(503);
    });

    it("judges by `trust` alone when the server's own ca is another", async () => {
      const client = ca.client({ commonName: "ann" });
      const options = httpsOptions({ ...tls, ca: otherCa.root.pem });
      const port = await start(createServer(options, app({ trust: ca.root.pem })));
      expect(outcomeOf(await callApi({ port, client }))).to.equal("ann");
      const foreign = otherCa.client({ commonName: "eve" });
      // OpenSSL verified more than it shows, as far as anybody can tell.
      expect(outcomeOf(await callApi({ port, client: foreign }))).to.equal("chain-incomplete");
    });
  });
});
