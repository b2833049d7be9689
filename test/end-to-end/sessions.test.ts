import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { createDenyList, createMtlsServer, type MtlsServerOptions } from "@mtls-shield/node";
import {
  authority,
  callWithOpenssl,
  fakeClock,
  nodeShowsIntermediates,
  requireTool,
  startServer,
  type OpensslAnswer,
  type OpensslCall,
  type RunningServer,
} from "@mtls-shield/testkit";

const rootA = authority({ commonName: "Root A" });
const rootB = authority({ commonName: "Root B" });
const intermediate = rootA.intermediate();
const ann = intermediate.client({ commonName: "ann" });
const bob = rootB.client({ commonName: "bob" });
const serverChain = rootA.server();
const tls = { key: serverChain.leaf.privateKeyPem, cert: serverChain.chainPem };
/** The intermediate is configured, so that a leaf alone is enough on every version of Node. */
const trustA = { roots: rootA.root.pem, intermediates: intermediate.certificate.pem };
const trustB = rootB.root.pem;
const quiet = { onWarning: () => undefined };

const summary = ({ status, code, resumed }: OpensslAnswer): unknown => [status, code, resumed];

/** `openssl s_client` offers every session that it has; Node's own client declines to offer some of them. */
describe("sessions that a client stores and offers again", function () {
  before(function () {
    requireTool(this, "openssl");
  });

  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  async function start(options: MtlsServerOptions) {
    const server = createMtlsServer({ ...tls, ...quiet, ...options }, (_request, response) => {
      response.end("{}");
    });
    const { port, close } = await startServer(server);
    running.push({ port, close });
    return { server, port };
  }

  for (const tlsVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    describe(`${tlsVersion}, one context with tickets`, () => {
      const call = (port: number, others: Partial<OpensslCall>) =>
        callWithOpenssl({ port, tlsVersion, servername: "a.example", ...others });

      it("admits the client that comes back with its session alone, under the same and another name", async () => {
        const { port } = await start({ trust: trustA });
        const first = await call(port, { client: ann });
        expect(summary(first)).to.deep.equal([200, undefined, false]);
        for (const servername of ["a.example", "b.example"]) {
          const again = await call(port, { session: first.session, servername });
          expect(summary(again)).to.deep.equal([200, undefined, true]);
        }
      });

      it("remembers the path of a client whose intermediates nobody configured, or names the cure", async () => {
        const { port, server } = await start({ trust: rootA.root.pem });
        const isShown = await nodeShowsIntermediates();
        const expected = isShown ? [200, undefined] : [403, "chain-incomplete"];
        const first = await call(port, { client: ann });
        expect(summary(first)).to.deep.equal([...expected, false]);
        const again = await call(port, { session: first.session });
        expect(summary(again)).to.deep.equal([...expected, true]);
        // Unrelated: neither the trust nor the certificate of the server.
        await server.reload({ onDecision: () => undefined });
        const reloaded = await call(port, { session: first.session });
        expect(summary(reloaded)).to.deep.equal([...expected, true]);
        await server.reload({ trust: trustA });
        expect(summary(await call(port, { client: ann }))).to.deep.equal([200, undefined, false]);
      });

      it("asks a session without a certificate for one", async () => {
        const { port } = await start({ trust: trustA });
        const first = await call(port, {});
        expect(summary(first)).to.deep.equal([403, "certificate-missing", false]);
        const again = await call(port, { session: first.session });
        expect(summary(again)).to.deep.equal([403, "certificate-missing", true]);
        // The session decides who somebody is: a certificate beside it is not even asked for.
        const withOne = await call(port, { session: first.session, client: ann });
        expect(summary(withOne)).to.deep.equal([403, "certificate-missing", true]);
      });

      it("refuses it once its authority was removed by a reload, with new and with fixed ticket keys", async () => {
        for (const ticketKeys of [undefined, randomBytes(48)]) {
          const { port, server } = await start({
            trust: trustA,
            ...(ticketKeys && { ticketKeys }),
          });
          const { session, status } = await call(port, { client: ann });
          expect(status).to.equal(200);
          await server.reload({ trust: trustB });
          const again = await call(port, { session });
          expect(again.status).to.equal(403);
          expect(again.code).to.be.oneOf(
            ticketKeys ? ["issuer-unknown", "chain-incomplete"] : ["certificate-missing"],
          );
          expect(again.resumed).to.equal(ticketKeys !== undefined);
          // And is known again when its authority is.
          await server.reload({ trust: trustA });
          expect((await call(port, { client: ann })).status).to.equal(200);
        }
      });

      it("refuses it after its certificate expired", async () => {
        const clock = fakeClock(Date.now());
        const brief = intermediate.client({ commonName: "brief", notAfter: clock() + 3_600_000 });
        const { port } = await start({ trust: trustA, clock });
        const { session, status } = await call(port, { client: brief });
        expect(status).to.equal(200);
        clock.advance(3_601_000);
        const again = await call(port, { session });
        expect(summary(again)).to.deep.equal([403, "certificate-expired", true]);
      });

      it("refuses it after its certificate was denied, by a list that was there and by one that a reload brought", async () => {
        const denied = createDenyList({ entries: [] });
        const { port, server } = await start({ trust: trustA, revocation: { denied } });
        const { session, status } = await call(port, { client: ann });
        expect(status).to.equal(200);
        await denied.deny({ publicKey: ann.leaf.pem });
        const expected = [403, "certificate-denied", true];
        expect(summary(await call(port, { session }))).to.deep.equal(expected);
        await denied.restore({ publicKey: ann.leaf.pem });
        expect((await call(port, { session })).status).to.equal(200);
        const other = createDenyList({ entries: [{ publicKey: ann.leaf.pem }] });
        await server.reload({ revocation: { denied: other } });
        expect(summary(await call(port, { session }))).to.deep.equal(expected);
      });
    });

    describe(`${tlsVersion}, several contexts`, () => {
      const ticketKeys = randomBytes(48);
      const several: MtlsServerOptions = {
        trust: trustA,
        ticketKeys,
        serverNames: { "b.example": { ...tls, ...quiet, trust: trustB } },
      };
      const call = (port: number, servername: string, others: Partial<OpensslCall>) =>
        callWithOpenssl({ port, tlsVersion, servername, ...others });

      it("takes no session from one name to any, with or without a certificate", async () => {
        const { port } = await start(several);
        const visits = { "a.example": ann, "b.example": bob };
        for (const [from, client] of Object.entries(visits)) {
          const { session, status } = await call(port, from, { client });
          expect(status).to.equal(200);
          for (const to of Object.keys(visits)) {
            const bare = await call(port, to, { session });
            expect(summary(bare)).to.deep.equal([403, "certificate-missing", false]);
            const withCertificate = await call(port, to, { session, client });
            expect([withCertificate.status, withCertificate.resumed]).to.deep.equal([
              from === to ? 200 : 403,
              false,
            ]);
          }
        }
      });

      it("takes no session of another server with the same ticket keys", async () => {
        const single = await start({ trust: trustB, ticketKeys });
        const { session, status } = await call(single.port, "b.example", { client: bob });
        expect(status).to.equal(200);
        const { port } = await start(several);
        for (const name of ["a.example", "b.example"]) {
          const again = await call(port, name, { session });
          expect(summary(again)).to.deep.equal([403, "certificate-missing", false]);
        }
      });

      it("takes no session from before a second context was added", async () => {
        const { port, server } = await start({ trust: trustA, ticketKeys });
        const { session, status } = await call(port, "a.example", { client: ann });
        expect(status).to.equal(200);
        server.addContext("b.example", { ...tls, ca: trustB });
        for (const name of ["a.example", "b.example"]) {
          const again = await call(port, name, { session });
          expect(summary(again)).to.deep.equal([403, "certificate-missing", false]);
        }
      });

      it("judges anew who was admitted before authorities were exchanged", async () => {
        const { port, server } = await start(several);
        expect((await call(port, "a.example", { client: ann })).status).to.equal(200);
        await server.reload({ trust: trustB });
        expect((await call(port, "a.example", { client: ann })).status).to.equal(403);
        expect((await call(port, "a.example", { client: bob })).status).to.equal(200);
        expect((await call(port, "b.example", { client: bob })).status).to.equal(200);
      });
    });
  }
});
