import { createServer as createHttpServer } from "node:http";
import { Agent, createServer } from "node:https";
import { expect } from "chai";
import supertest from "supertest";
import { fingerprint, createMtlsServer, httpsOptions, spiffe } from "@mtls-shield/node";
import {
  authority,
  callApi,
  startServer,
  type IssuedChain,
  type RunningServer,
} from "@mtls-shield/testkit";
import { frameworks } from "./frameworks.ts";

const ca = authority();
const otherCa = authority();
const server = ca.server();
const key = server.leaf.privateKeyPem;
const cert = server.chainPem;
const trust = ca.root.pem;
const hour = 3_600_000;

const clients = {
  right: ca.client({ commonName: "orders" }),
  admin: ca.client({ commonName: "admin" }),
  foreign: otherCa.client({ commonName: "orders" }),
  expired: ca.client({ notBefore: Date.now() - 2 * hour, notAfter: Date.now() - hour }),
  future: ca.client({ notBefore: Date.now() + hour }),
  server: ca.server(),
} satisfies Record<string, IssuedChain>;

const refusals: readonly [string, IssuedChain | undefined, string][] = [
  ["no certificate", undefined, "certificate-missing"],
  ["another authority's certificate", clients.foreign, "issuer-unknown"],
  ["an expired certificate", clients.expired, "certificate-expired"],
  ["a certificate that is not valid yet", clients.future, "certificate-not-yet-valid"],
  ["a server's certificate", clients.server, "extended-key-usage-invalid"],
];

for (const framework of frameworks) {
  describe(`the shield in front of ${framework.name}`, () => {
    const running: RunningServer[] = [];
    afterEach(async () => {
      await Promise.all(running.splice(0).map((each) => each.close()));
    });
    async function start(plan: Parameters<typeof framework.build>[0]): Promise<number> {
      const started = await startServer(
        createMtlsServer({ key, cert, ca: trust }, framework.build(plan)),
      );
      running.push(started);
      return started.port;
    }

    it("admits a client of the server's own ca without any option, and tells the handler who it is", async () => {
      const port = await start({});
      const answer = await callApi({ port, client: clients.right });
      expect(answer.status).to.equal(200);
      expect(answer.json).to.deep.equal({ path: "/", client: "orders", authenticated: true });
    });

    it("works on a server of https.createServer with httpsOptions", async () => {
      const plain = createServer(httpsOptions({ key, cert, ca: trust }), framework.build({}));
      const started = await startServer(plain);
      running.push(started);
      expect((await callApi({ port: started.port, client: clients.right })).status).to.equal(200);
      expect((await callApi({ port: started.port })).status).to.equal(403);
    });

    for (const [what, client, code] of refusals) {
      it(`refuses ${what} before the handler runs`, async () => {
        const ran: string[] = [];
        for (const shield of [{}, { trust }]) {
          const port = await start({ shield, onHandler: (path) => ran.push(path) });
          const answer = await callApi({ port, client });
          expect(answer.status).to.equal(403);
          expect(answer.headers["content-type"]).to.equal("application/problem+json");
          expect(answer.headers["cache-control"]).to.equal("no-store");
          expect(Object.keys(answer.json)).to.deep.equal(["type", "title", "status", "code"]);
          expect(answer.json).to.include({
            status: 403,
            code,
            type: `urn:mtls-shield:reason:${code}`,
          });
        }
        expect(ran).to.deep.equal([]);
      });
    }

    it("decides by rules: open, pinned, any client, and nothing else", async () => {
      const port = await start({
        shield: {
          trust,
          rules: [
            { match: "GET /health", allow: "anyone" },
            { match: "* /admin/**", allow: fingerprint(clients.admin.leaf.fingerprint) },
            { match: "GET /orders", allow: "any-client" },
          ],
        },
        routes: ["/health", "/admin/users", "/orders", "/secret"],
      });
      const answers = async (path: string): Promise<readonly unknown[]> => {
        const callers = [undefined, clients.right, clients.admin, clients.foreign];
        return Promise.all(
          callers.map(async (client) => {
            const { status, json } = await callApi({ port, client, path });
            return status === 200 ? status : json["code"];
          }),
        );
      };
      expect(await answers("/health")).to.deep.equal([200, 200, 200, 200]);
      expect(await answers("/admin/users")).to.deep.equal([
        "certificate-missing",
        "client-not-allowed",
        200,
        "issuer-unknown",
      ]);
      expect(await answers("/orders")).to.deep.equal([
        "certificate-missing",
        200,
        200,
        "issuer-unknown",
      ]);
      // A refusal without a rule says so to everybody: nothing about the client was asked.
      expect(new Set(await answers("/secret"))).to.deep.equal(new Set(["no-rule-matches"]));
    });

    it("keeps trust sets apart: a certificate of one is worth nothing to a rule of another", async () => {
      const port = await start({
        shield: {
          trust: { ours: trust, theirs: otherCa.root.pem },
          rules: [
            { match: "GET /ours", allow: "any-client", trust: "ours" },
            { match: "GET /theirs", allow: "any-client", trust: "theirs" },
            { match: "GET /both", allow: "any-client" },
          ],
        },
        routes: ["/ours", "/theirs", "/both"],
      });
      const codes = async (client: IssuedChain): Promise<readonly unknown[]> =>
        Promise.all(
          ["/ours", "/theirs", "/both"].map(async (path) => {
            const { status, json } = await callApi({ port, client, path });
            return status === 200 ? status : json["code"];
          }),
        );
      expect(await codes(clients.right)).to.deep.equal([200, "trust-set-mismatch", 200]);
      expect(await codes(clients.foreign)).to.deep.equal(["trust-set-mismatch", 200, 200]);
    });

    it("guards single routes after a shield that only attaches", async () => {
      const svid = ca.client({ commonName: "svid", spiffeId: "spiffe://corp.example/admin/ann" });
      const port = await start({
        shield: { trust, required: false },
        routes: ["/open"],
        guarded: { "/any": "any-client", "/admin": spiffe("spiffe://corp.example/admin/*") },
      });
      const status = async (path: string, client?: IssuedChain): Promise<number> =>
        (await callApi({ port, path, client })).status;
      expect(await status("/open")).to.equal(200);
      expect(await status("/any")).to.equal(403);
      expect(await status("/any", clients.foreign)).to.equal(403);
      expect(await status("/any", clients.right)).to.equal(200);
      expect(await status("/admin", clients.right)).to.equal(403);
      expect(await status("/admin", svid)).to.equal(200);
      const { json } = await callApi({ port, path: "/open", client: clients.foreign });
      expect(json).to.deep.equal({ path: "/open", authenticated: false });
    });

    it("refuses at a guard that no shield ran before, and says so only to the operator", async () => {
      const port = await start({ shield: "unmounted", guarded: { "/any": "any-client" } });
      const answer = await callApi({ port, path: "/any", client: clients.right });
      expect(answer.status).to.equal(503);
      expect(answer.json).to.include({ code: "engine-failed" });
    });

    it("records but does not refuse in report mode, where guards still enforce", async () => {
      const port = await start({
        shield: { trust, mode: "report" },
        guarded: { "/guarded": "any-client" },
        routes: ["/"],
      });
      const open = await callApi({ port, client: clients.foreign });
      expect(open.json).to.deep.equal({ path: "/", authenticated: false });
      expect((await callApi({ port, path: "/guarded", client: clients.foreign })).status).to.equal(
        403,
      );
      expect((await callApi({ port, path: "/guarded", client: clients.right })).status).to.equal(
        200,
      );
    });

    it("hands the refusal to the framework when asked, whose own handling answers with its status", async () => {
      const port = await start({ shield: { trust, onRefusal: "next" } });
      const answer = await callApi({ port });
      expect(answer.status).to.equal(403);
      expect(answer.headers["content-type"] ?? "").not.to.contain("problem+json");
    });

    it("answers 401 with the operator's challenge when asked", async () => {
      const statuses = { authentication: 401, challenge: 'Mutual realm="orders"' } as const;
      const port = await start({ shield: { trust, statuses } });
      const answer = await callApi({ port });
      expect(answer.status).to.equal(401);
      expect(answer.headers["www-authenticate"]).to.equal('Mutual realm="orders"');
      expect(answer.json).to.include({ status: 401, code: "certificate-missing" });
    });

    it("sends no body to HEAD, and refuses it by the rule of GET", async () => {
      const port = await start({
        shield: { trust, rules: [{ match: "GET /", allow: "any-client" }] },
      });
      const refused = await callApi({ port, method: "HEAD" });
      expect(refused.status).to.equal(403);
      expect(refused.text).to.equal("");
      expect((await callApi({ port, method: "HEAD", client: clients.right })).status).to.be.oneOf([
        200, 404,
      ]);
    });

    it("keeps a kept-alive connection in use after a refusal", async () => {
      const port = await start({
        shield: { trust, rules: [{ match: "GET /", allow: "any-client" }] },
      });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const first = await callApi({ port, agent, client: clients.right, path: "/nowhere" });
      const second = await callApi({ port, agent, client: clients.right });
      expect([first.status, second.status]).to.deep.equal([403, 200]);
      agent.destroy();
    });

    it("refuses plain HTTP, whatever headers claim to hold a certificate", async () => {
      const app = createHttpServer(framework.build({ shield: { trust } }));
      const answer = await supertest(app)
        .get("/")
        .set("Client-Cert", `:${Buffer.from(clients.right.leaf.der).toString("base64")}:`)
        .set("X-Forwarded-Client-Cert", `Cert="${encodeURIComponent(clients.right.leaf.pem)}"`)
        .set("X-SSL-Client-Verify", "SUCCESS");
      expect(answer.status).to.equal(403);
      expect(JSON.parse(answer.text)).to.include({ code: "tls-required" });
    });

    it("never reads a header on TLS either", async () => {
      const port = await start({ shield: { trust } });
      const headers = {
        "client-cert": `:${Buffer.from(clients.right.leaf.der).toString("base64")}:`,
      };
      expect((await callApi({ port, headers })).json).to.include({ code: "certificate-missing" });
    });
  });
}
