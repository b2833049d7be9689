import { createPublicKey } from "node:crypto";
import type { Server } from "node:https";
import { expect } from "chai";
import express from "express";
import {
  anyOf,
  createMtlsServer,
  dnsName,
  fingerprint,
  issuer,
  mtls,
  not,
  requireClient,
  serialNumber,
  spiffe,
  type MtlsOptions,
  type Rule,
} from "@mtls-shield/express";
import {
  authority,
  callApi,
  callWithOpenssl,
  der,
  distinguishedName,
  requireTool,
  startServer,
  type IssuedChain,
  type RunningServer,
} from "@mtls-shield/testkit";

const ca = authority({ commonName: "Root A" });
const otherCa = authority({ commonName: "Root B" });
const own = ca.server();
const tls = { key: own.leaf.privateKeyPem, cert: own.chainPem };

/** The order of P-256 (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same certificate with its signature (r, s) rewritten into (r, -s), which anybody can do. */
function twinOf(chain: IssuedChain): IssuedChain {
  const { leaf } = chain;
  const parts = splitSignature(leaf.der);
  const twin = der.sequence(parts.r, der.integer(order - parts.s));
  const rewritten = der.sequence(parts.signed, parts.algorithm, der.bitString(twin));
  const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(rewritten).toString("base64")}\n-----END CERTIFICATE-----\n`;
  return { ...chain, chainPem: pem, leaf: { ...leaf, der: rewritten, pem } };
}

function splitSignature(certificate: Uint8Array) {
  const [signed, algorithm, signature] = der.split(certificate) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  // A BIT STRING of whole octets: identifier, length, a zero, and the pair.
  const [r, s] = der.split(signature.slice(3)) as [Uint8Array, Uint8Array];
  return { signed, algorithm, r, s: BigInt(`0x${Buffer.from(s.slice(2)).toString("hex")}`) };
}

describe("ways around the shield that somebody tried", () => {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  async function listen(server: Server): Promise<number> {
    const started = await startServer(server);
    running.push(started);
    return started.port;
  }

  /** Serves every path behind a shield, on a server that asks for certificates of Root A. */
  async function serve(options: MtlsOptions): Promise<number> {
    const app = express();
    app.use(mtls({ onWarning: () => undefined, ...options }));
    app.use((req, res) => {
      res.json({ spiffeId: req.mtls?.client?.spiffeId?.id });
    });
    return listen(createMtlsServer({ ...tls, ca: ca.root.pem }, app));
  }

  async function statusFor(client: IssuedChain | undefined, port: number): Promise<number> {
    return (await callApi({ port, client })).status;
  }

  it("a device whose key is pinned has itself certified as an administrator", async () => {
    const device = authority({ commonName: "Mine" }).client({
      spiffeId: "spiffe://corp.example/admin/root",
    });
    const key = createPublicKey(device.leaf.pem).export({ type: "spki", format: "pem" });
    const trust = { roots: ca.root.pem, pinned: [key.toString()] };
    const admin = spiffe("spiffe://corp.example/admin/*");
    expect(await statusFor(device, await serve({ trust }))).to.equal(200);
    for (const rule of [
      { allow: admin },
      { allow: not(admin) },
      { allow: "any-client", deny: admin },
    ]) {
      const port = await serve({ trust, rules: [{ match: "* /**", ...rule } as Rule] });
      expect(await statusFor(device, port)).to.equal(403);
    }
  });

  it("a denied client rewrites its certificate's ECDSA signature", async () => {
    const denied = ca.client();
    const twin = twinOf(denied);
    const wanted = fingerprint(denied.leaf.fingerprint);
    expect(await statusFor(twin, await serve({}))).to.equal(200);
    for (const rule of [
      { allow: "any-client", deny: wanted },
      { allow: "any-client", deny: anyOf(wanted) },
      { allow: not(wanted) },
    ]) {
      const port = await serve({ rules: [{ match: "* /**", ...rule } as Rule] });
      expect([await statusFor(denied, port), await statusFor(twin, port)]).to.deep.equal([
        403, 403,
      ]);
      expect(await statusFor(ca.client(), port)).to.equal(200);
    }
    // Nor does an allow list gain a member.
    const port = await serve({ rules: [{ match: "* /**", allow: wanted }] });
    expect([await statusFor(denied, port), await statusFor(twin, port)]).to.deep.equal([200, 403]);
  });

  it("a denied client is pinned, so that nobody verified its issuer", async () => {
    const client = ca.client({ serialNumber: 77n });
    const trust = { roots: ca.root.pem, pinned: client.leaf.pem };
    for (const deny of [issuer(ca.root.pem), serialNumber("4d", { issuer: ca.root.pem })]) {
      const port = await serve({ trust, rules: [{ match: "* /**", allow: "any-client", deny }] });
      expect(await statusFor(client, port)).to.equal(403);
    }
  });

  it("an authority is removed from the very list that the server was given", async () => {
    const list = [ca.root.pem, otherCa.root.pem];
    const app = express();
    app.use(mtls());
    app.use((_req, res) => {
      res.json({});
    });
    const server = createMtlsServer({ ...tls, ca: list }, app);
    const port = await listen(server);
    expect(await statusFor(otherCa.client(), port)).to.equal(200);
    list.pop();
    server.setSecureContext({ ...tls, ca: list });
    expect(await statusFor(otherCa.client(), port)).to.equal(403);
    expect(await statusFor(ca.client(), port)).to.equal(200);
  });

  it("a context is added after an authority was removed, or the settings are set anew", async function () {
    requireTool(this, "openssl");
    const app = express();
    app.use(mtls({ trust: { a: ca.root.pem, b: otherCa.root.pem } }));
    app.use((_req, res) => {
      res.json({});
    });
    const options = { ...tls, ca: [ca.root.pem, otherCa.root.pem], rejectUnauthorized: true };
    const server = createMtlsServer(options, app);
    const port = await listen(server);
    server.setSecureContext({ ...tls, ca: ca.root.pem });
    server.addContext("b.example", { ...tls, ca: ca.root.pem });
    const removed = await callApi({ port, client: otherCa.client() }).catch(
      (error: unknown) => error,
    );
    expect(removed).to.be.instanceOf(Error);
    server.setSecureContext({ ...tls, ca: ca.root.pem });
    const client = ca.client();
    const first = await callWithOpenssl({ port, client, servername: "a.example" });
    expect(first.status).to.equal(200);
    const { session } = first;
    const second = await callWithOpenssl({ port, client, session, servername: "b.example" });
    expect(second.resumed).to.equal(false);
    // Left out, the authorities stay those that were set last: Node's own default would be the public web roots.
    server.setSecureContext({ ...tls });
    const stillRemoved = await callApi({ port, client: otherCa.client() }).catch(
      (error: unknown) => error,
    );
    expect(stillRemoved).to.be.instanceOf(Error);
    expect(() => {
      server.setSecureContext({ ...tls, ca: [] });
    }).to.throw(/^ca: /);
  });

  it("a request asks for thousands of methods at once", async () => {
    const port = await serve({ rules: [{ match: "* /**", allow: "any-client" }] });
    const override = Array.from({ length: 3_000 }, (_, index) => `M${index}`).join(",");
    const headers = { "x-http-method-override": override.slice(0, 8_000) };
    const before = process.cpuUsage();
    const answer = await callApi({ port, path: "/A%20b//c;d/a/a/a", headers, client: ca.client() });
    const { user, system } = process.cpuUsage(before);
    expect(answer.json).to.include({ status: 400, code: "method-ambiguous" });
    expect((user + system) / 1_000).to.be.below(500);
  });

  it("a name holds an object identifier of fifteen thousand octets", async () => {
    const giant = new Uint8Array([
      0x06,
      0x82,
      0x3a,
      0x98,
      ...new Array<number>(14_999).fill(0xff),
      0x01,
    ]);
    const common = der.split(distinguishedName({ commonName: "x" }))[0] as Uint8Array;
    const attribute = der.sequence(giant, der.utf8String("x"));
    const subject = der.sequence(common, der.set(attribute));
    const client = ca.client({ subject });
    const answer = await callApi({ port: await serve({}), client });
    expect(answer.json["code"]).to.be.oneOf(["certificate-malformed", "certificate-too-large"]);
  });

  it("an async matcher rejects", async () => {
    const rejects = (() => Promise.reject(new Error("no database"))) as unknown as () => boolean;
    const client = ca.client();
    const port = await serve({
      rules: [{ match: "* /**", allow: [rejects, fingerprint(client.leaf.fingerprint)] }],
    });
    expect(await statusFor(client, port)).to.equal(200);
    expect(await statusFor(ca.client(), port)).to.equal(403);
  });

  it("options get lost on the way", () => {
    const handler = (): undefined => undefined;
    const options = { ...tls, ca: ca.root.pem };
    const lost = { ...options, shield: undefined } as unknown as typeof options;
    expect(() => createMtlsServer(lost, handler)).to.throw(/^shield: is not what mtls\(\) returns/);
    const misspelt = { ...options, sheild: mtls() } as unknown as typeof options;
    expect(() => createMtlsServer(misspelt, handler)).to.throw(/^sheild: .*Did you mean "shield"/);
    const unawaited = Promise.resolve({ rules: [] }) as MtlsOptions;
    expect(() => mtls(unawaited)).to.throw(/^options: is not an object/);
    expect(() => mtls({ trust: { root: ca.root.pem } })).to.throw(
      /^trust.root: .*Did you mean "roots"/,
    );
  });

  it("a guard names a trust set that is none", async () => {
    const app = express();
    app.use(mtls({ trust: { partners: ca.root.pem }, onWarning: () => undefined }));
    app.use(requireClient(not(dnsName("evil.example", { trust: "partnesr" }))));
    app.use((_req, res) => {
      res.json({});
    });
    const port = await listen(createMtlsServer({ ...tls, ca: ca.root.pem }, app));
    expect(await statusFor(ca.client({ dnsNames: ["evil.example"] }), port)).to.equal(503);
  });
});
