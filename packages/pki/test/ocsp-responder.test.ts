import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect } from "node:net";

import { expect } from "chai";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import mount from "koa-mount";
import Koa2 from "koa2";

import {
  createAuthority,
  type CertificateAuthority,
  type CertificateWithKey,
  type IssuedCertificate,
  type OcspResponder,
  type OcspResponderOptions,
} from "@mtls-shield/pki";
import { der, fakeClock, requireTool, startServer, type RunningServer } from "@mtls-shield/testkit";

import { keyAlgorithms } from "./key-algorithms.ts";
import { opensslOcsp } from "./openssl-ocsp.ts";
import { thrownBy } from "./thrown-by.ts";

/** A request for certificates, as openssl writes it. */
async function requestFor(
  issuer: CertificateAuthority,
  certificates: readonly IssuedCertificate[],
  args: readonly string[] = ["-no_nonce"],
): Promise<Uint8Array> {
  const files = Object.fromEntries(certificates.map(({ pem }, index) => [`${index}.pem`, pem]));
  const { output } = await opensslOcsp(
    [
      ...args.filter((arg) => arg !== "-no_nonce"),
      ...["-issuer", "ca.pem", ...Object.keys(files).flatMap((name) => ["-cert", name])],
      ...["-reqout", "request.der", ...(args.includes("-no_nonce") ? ["-no_nonce"] : [])],
    ],
    { files: { ...files, "ca.pem": issuer.certificate.pem }, output: "request.der" },
  );
  return output;
}

/** What openssl says of an answer to the question about one certificate. */
async function read(
  issuer: CertificateAuthority,
  certificate: IssuedCertificate,
  response: Uint8Array,
  args: readonly string[] = [],
): Promise<string> {
  const { text } = await opensslOcsp(
    [
      ...args,
      ...["-issuer", "ca.pem", "-cert", "leaf.pem", "-respin", "response.der"],
      ...["-CAfile", "root.pem", "-no_nonce", "-resp_text"],
    ],
    {
      files: {
        "root.pem": issuer.trustPem,
        "ca.pem": issuer.certificate.pem,
        "leaf.pem": certificate.pem,
        "response.der": response,
      },
    },
  );
  return text;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const malformed = "30030a0101";
const internalError = "30030a0102";
const unauthorized = "30030a0106";

describe("an OCSP responder", () => {
  before(function () {
    requireTool(this, "openssl");
  });

  for (const keyAlgorithm of keyAlgorithms) {
    it(`signs with an ${keyAlgorithm} key what openssl verifies`, async () => {
      const root = await createAuthority({ keyAlgorithm });
      const client = await root.issueClient();
      const { respond } = root.createOcspResponder();
      const text = await read(root, client, await respond(await requestFor(root, [client])));
      expect(text).to.contain("Response verify OK").and.contain("leaf.pem: good");
    });
  }

  it("tells good, revoked, held and unknown certificates apart, as of now", async () => {
    const clock = fakeClock(Math.floor(Date.now() / 1_000) * 1_000 - 10_000);
    const root = await createAuthority({ clock });
    const client = await root.issueClient();
    const { respond } = root.createOcspResponder();
    const request = await requestFor(root, [client]);
    const ask = async () => read(root, client, await respond(request));
    expect(await ask()).to.contain("leaf.pem: good");
    root.revoke(client, { reason: "certificateHold" });
    expect(await ask())
      .to.contain("leaf.pem: revoked")
      .and.contain("Reason: certificateHold");
    root.restore(client);
    expect(await ask()).to.contain("leaf.pem: good");
    clock.advance(5_000);
    root.revoke(client);
    const seconds = new Date(clock()).toISOString().slice(17, 19);
    expect(await ask())
      .to.match(
        new RegExp(`leaf.pem: revoked .*Revocation Time: \\w+ +\\d+ \\d\\d:\\d\\d:${seconds}`),
      )
      .and.not.contain("Reason");
    root.revoke(client, { reason: "keyCompromise" });
    expect(await ask()).to.contain("Reason: keyCompromise");
  });

  it("does not know what its authority did not issue, unless it is told that all is good", async () => {
    const root = await createAuthority();
    const args = ["-issuer", "ca.pem", "-serial", "0x1234", "-no_nonce", "-reqout", "request.der"];
    const files = { "ca.pem": root.trustPem };
    const { output } = await opensslOcsp(args, { files, output: "request.der" });
    const ask = async (options: OcspResponderOptions) => {
      const response = await root.createOcspResponder(options).respond(output);
      const { text } = await opensslOcsp(
        ["-issuer", "ca.pem", "-serial", "0x1234", "-respin", "a.der", "-CAfile", "ca.pem"],
        { files: { ...files, "a.der": response } },
      );
      return /0x1234: (\w+)/.exec(text)?.[1];
    };
    expect(await ask({})).to.equal("unknown");
    expect(await ask({ unknownSerials: "good" })).to.equal("good");
    root.revoke({ serialNumber: "1234" });
    expect(await ask({ unknownSerials: "good" })).to.equal("revoked");
  });

  it("does not take a negative serial number for a positive one", async () => {
    const root = await createAuthority();
    root.revoke({ serialNumber: "ab" });
    const request = await requestFor(root, [root.certificate]);
    const issuer = der.split(firstId(request)).slice(0, 3);
    const ask = async (serial: string) => {
      const question = requestOf(der.sequence(...issuer, Buffer.from(serial, "hex")));
      return hex(await root.createOcspResponder().respond(question));
    };
    expect(await ask("020200ab")).to.contain("020200aba111");
    expect(await ask("0201ab")).to.contain("0201ab8200");
    expect(await ask("0200")).to.contain("02008200");
  });

  it("answers by a delegate that it sends along", async () => {
    const root = await createAuthority();
    const devices = await root.createIntermediate();
    const client = await devices.issueClient();
    const responder = await devices.issueOcspResponder();
    const { respond } = devices.createOcspResponder({ responder });
    const response = await respond(await requestFor(devices, [client]));
    const text = await read(devices, client, response);
    expect(text).to.contain("Response verify OK").and.contain("leaf.pem: good");
    expect(text).to.match(/Subject: CN ?= ?OCSP responder/);
  });

  it("names itself by key or by name", async () => {
    const root = await createAuthority({ subject: { commonName: "Corp" } });
    const client = await root.issueClient();
    const request = await requestFor(root, [client]);
    for (const [responderId, expected] of [
      ["key", /Responder Id: [0-9A-F]{40} /],
      ["name", /Responder Id: CN ?= ?Corp /],
    ] as const) {
      const { respond } = root.createOcspResponder({ responderId });
      const text = await read(root, client, await respond(request));
      expect(text).to.match(expected).and.contain("Response verify OK");
    }
  });

  it("answers for several certificates at once, unknown those of others", async () => {
    const root = await createAuthority();
    const other = await createAuthority({ subject: { commonName: "Other" } });
    const [good, bad] = [await root.issueClient(), await root.issueClient()];
    const foreign = await other.issueClient();
    root.revoke(bad, { reason: "superseded" });
    const files = {
      "ca.pem": root.trustPem,
      "other.pem": other.trustPem,
      "good.pem": good.pem,
      "bad.pem": bad.pem,
      "foreign.pem": foreign.pem,
    };
    const question = [
      ...["-no_nonce", "-issuer", "ca.pem", "-cert", "good.pem", "-cert", "bad.pem"],
      ...["-issuer", "other.pem", "-cert", "foreign.pem"],
    ];
    const { output } = await opensslOcsp([...question, "-reqout", "request.der"], {
      files,
      output: "request.der",
    });
    const { respond } = root.createOcspResponder();
    const { text } = await opensslOcsp(
      [...question, "-respin", "response.der", "-noverify", "-CAfile", "ca.pem"],
      { files: { ...files, "response.der": await respond(output) } },
    );
    expect(text).to.match(/good\.pem: good .*bad\.pem: revoked .*foreign\.pem: unknown/);
  });

  for (const digest of ["sha1", "sha256", "sha384", "sha512"]) {
    it(`finds certificates by ${digest}`, async () => {
      const root = await createAuthority();
      const client = await root.issueClient();
      const request = await requestFor(root, [client], [`-${digest}`, "-no_nonce"]);
      const response = await root.createOcspResponder().respond(request);
      expect(await read(root, client, response, [`-${digest}`])).to.contain("leaf.pem: good");
    });
  }

  it("has nothing to say to those who ask by a hash that it does not compute", async () => {
    const root = await createAuthority();
    const request = await requestFor(root, [await root.issueClient()], ["-md5", "-no_nonce"]);
    expect(hex(await root.createOcspResponder().respond(request))).to.equal(unauthorized);
  });

  it("has nothing to say about another authority's certificates", async () => {
    const root = await createAuthority();
    const namesake = await createAuthority();
    const request = await requestFor(namesake, [await namesake.issueClient()]);
    expect(hex(await root.createOcspResponder().respond(request))).to.equal(unauthorized);
  });

  it("gives its answers a time to live", async () => {
    const clock = fakeClock(Date.UTC(2026, 4, 6, 7, 8, 9, 500));
    const root = await createAuthority({ clock });
    const request = await requestFor(root, [await root.issueClient()]);
    const ask = async (options: OcspResponderOptions) =>
      Buffer.from(await root.createOcspResponder(options).respond(request)).toString("latin1");
    expect(await ask({})).to.contain("20260506070809Z\xa0\x11\x18\x0f20260506080809Z");
    expect(await ask({ validityMs: 60_000 })).to.contain("\xa0\x11\x18\x0f20260506070909Z");
  });

  it("signs nothing once its certificate has ended", async () => {
    const clock = fakeClock(Date.now());
    const root = await createAuthority({ clock });
    const request = await requestFor(root, [await root.issueClient()]);
    const responder = await root.issueOcspResponder({ validityMs: 60_000 });
    const { respond } = root.createOcspResponder({ responder });
    expect((await respond(request)).byteLength).to.be.above(100);
    clock.advance(61_000);
    expect(hex(await respond(request))).to.equal(internalError);
  });

  it("repeats a nonce of 1 to 128 octets and refuses any other", async () => {
    const root = await createAuthority();
    const client = await root.issueClient();
    const plain = await requestFor(root, [client]);
    const { respond } = root.createOcspResponder();
    for (const length of [1, 32, 128]) {
      const nonce = der.octetString(Buffer.alloc(length, 0x5a));
      const response = hex(await respond(withExtensions(plain, [nonceExtension(nonce)])));
      expect(response).to.contain(hex(nonceExtension(nonce)));
    }
    for (const wrong of [
      [nonceExtension(der.octetString(new Uint8Array()))],
      [nonceExtension(der.octetString(Buffer.alloc(129)))],
      [nonceExtension(Buffer.from("no octet string"))],
      [
        nonceExtension(der.octetString(Buffer.of(1))),
        nonceExtension(der.octetString(Buffer.of(1))),
      ],
    ]) {
      expect(hex(await respond(withExtensions(plain, wrong)))).to.equal(malformed);
    }
  });

  it("refuses what is critical and what it does not understand, but not a critical nonce", async () => {
    const root = await createAuthority();
    const plain = await requestFor(root, [await root.issueClient()]);
    const { respond } = root.createOcspResponder();
    const yes = Buffer.of(1, 1, 0xff);
    const unknown = (critical: boolean) =>
      der.sequence(
        der.oid("1.3.6.1.5.5.7.48.1.4"),
        ...(critical ? [yes] : []),
        der.octetString(Buffer.of(5, 0)),
      );
    const nonce = der.sequence(
      der.oid("1.3.6.1.5.5.7.48.1.2"),
      yes,
      der.octetString(der.octetString(Buffer.of(7))),
    );
    expect(hex(await respond(withExtensions(plain, [unknown(true)])))).to.equal(malformed);
    expect((await respond(withExtensions(plain, [unknown(false)]))).byteLength).to.be.above(100);
    expect((await respond(withExtensions(plain, [nonce]))).byteLength).to.be.above(100);
    for (const [critical, expected] of [
      [true, true],
      [false, false],
    ] as const) {
      const extensions = der.constructed(0, der.sequence(unknown(critical)));
      const single = der.sequence(firstId(plain), extensions);
      const response = await respond(der.sequence(der.sequence(der.sequence(single))));
      expect(hex(response) === malformed).to.equal(expected);
    }
  });

  it("refuses another version and an empty request", async () => {
    const root = await createAuthority();
    const id = firstId(await requestFor(root, [await root.issueClient()]));
    const { respond } = root.createOcspResponder();
    const version = der.constructed(0, der.integer(1));
    const items = der.sequence(der.sequence(id));
    expect(hex(await respond(der.sequence(der.sequence(version, items))))).to.equal(malformed);
    expect(hex(await respond(der.sequence(der.sequence(der.sequence()))))).to.equal(malformed);
    expect((await respond(der.sequence(der.sequence(items)))).byteLength).to.be.above(100);
  });

  it("answers a signed request as it answers any", async () => {
    const root = await createAuthority();
    const client = await root.issueClient();
    const files = {
      "ca.pem": root.trustPem,
      "leaf.pem": client.pem,
      "key.pem": client.privateKeyPem,
    };
    const args = ["-issuer", "ca.pem", "-cert", "leaf.pem", "-no_nonce", "-reqout", "request.der"];
    const { output } = await opensslOcsp([...args, "-signer", "leaf.pem", "-signkey", "key.pem"], {
      files,
      output: "request.der",
    });
    expect(output.byteLength).to.be.above(500);
    const response = await root.createOcspResponder().respond(output);
    expect(await read(root, client, response)).to.contain("leaf.pem: good");
  });

  it("answers garbage with malformedRequest, quickly", async () => {
    const root = await createAuthority();
    const { respond } = root.createOcspResponder();
    const sound = await requestFor(root, [await root.issueClient()]);
    const startMs = performance.now();
    const hostile = [
      new Uint8Array(),
      Buffer.from("GET / HTTP/1.1"),
      Buffer.alloc(16_384),
      Buffer.alloc(16_384, Buffer.of(0x30, 0x80)),
      Buffer.alloc(16_384, Buffer.of(0x24, 0x80)),
      Buffer.concat([sound, Buffer.of(0)]),
      Buffer.concat([Buffer.of(0x30, 0x81), sound.subarray(1)]),
      Buffer.concat([Buffer.of(0x30, 0x82, 0), sound.subarray(1)]),
      Buffer.concat([Buffer.of(0x30, 0x83, 0, 0), sound.subarray(1)]),
      der.sequence(Buffer.alloc(16_000, Buffer.of(0x05, 0x00))),
      ...Array.from(sound.keys(), (length) => sound.subarray(0, length)),
    ];
    for (const bytes of hostile) expect(hex(await respond(bytes))).to.equal(malformed);
    for (const index of sound.keys()) {
      const changed = Buffer.from(sound);
      changed.writeUInt8(changed.readUInt8(index) ^ 0x81, index);
      expect((await respond(changed)).byteLength).to.be.at.least(5);
    }
    expect(performance.now() - startMs).to.be.below(5_000);
  });

  for (const [options, option] of [
    [{ validityMs: 999 }, "validityMs"],
    [{ validityMs: Number.NaN }, "validityMs"],
    [{ validityMs: 1e300 }, "validityMs"],
    [{ unknownSerials: "bad" as "good" }, "unknownSerials"],
    [{ responderId: "hash" as "key" }, "responderId"],
    [{ responderID: "key" } as OcspResponderOptions, "responderID"],
  ] as const satisfies readonly (readonly [OcspResponderOptions, string])[]) {
    it(`is refused with ${JSON.stringify(options)}`, async () => {
      const root = await createAuthority();
      expect((await thrownBy(() => root.createOcspResponder(options))).option).to.equal(option);
    });
  }

  it("is refused with a delegate that verifiers would refuse", async () => {
    const root = await createAuthority();
    const devices = await root.createIntermediate();
    const sound = await root.issueOcspResponder();
    const messageOf = async (responder: CertificateWithKey) =>
      (await thrownBy(() => root.createOcspResponder({ responder }))).message;
    expect(await messageOf(await devices.issueOcspResponder())).to.contain("another authority's");
    expect(await messageOf(await root.issueClient())).to.contain("may not sign answers");
    expect(await messageOf(await root.issueCrlSigner())).to.contain("may not sign answers");
    const swapped = { der: sound.der, privateKeyPem: devices.certificate.privateKeyPem };
    expect(await messageOf(swapped)).to.contain("the key of another certificate");
  });
});

describe("an OCSP responder over HTTP", () => {
  let root: CertificateAuthority;
  let good: IssuedCertificate;
  let bad: IssuedCertificate;
  let responder: OcspResponder;
  let running: RunningServer;
  const startMs = Math.floor(Date.now() / 1_000) * 1_000;

  before(async function () {
    requireTool(this, "openssl");
    root = await createAuthority({ clock: fakeClock(startMs) });
    [good, bad] = [await root.issueClient(), await root.issueClient()];
    root.revoke(bad, { reason: "keyCompromise" });
    responder = root.createOcspResponder({ responder: await root.issueOcspResponder() });
  });

  afterEach(async () => {
    await running.close();
  });

  async function listen(listener: RequestListener): Promise<string> {
    running = await startServer(createServer(listener));
    return `http://127.0.0.1:${running.port}`;
  }

  const postTo = (url: string, body: string | Uint8Array, type = "application/ocsp-request") =>
    fetch(url, { method: "POST", headers: { "Content-Type": type }, body });

  const mounts: Readonly<Record<string, () => RequestListener>> = {
    "plain node": () => responder.handler,
    "Express 5": () => express().use("/ocsp", responder.handler),
    "Express 4": () => express4().use("/ocsp", responder.handler),
    "Express with a parser before": () =>
      express()
        .use(express.raw({ type: "*/*" }))
        .use("/ocsp", responder.handler),
    "Koa 3": () => new Koa().use(mount("/ocsp", responder.koa)).callback(),
    "Koa 2": () => new Koa2().use(mount("/ocsp", responder.koa)).callback(),
    "Koa without a prefix": () => new Koa().use(responder.koa).callback(),
  };

  for (const [name, listener] of Object.entries(mounts)) {
    it(`satisfies openssl as a client, with a nonce: ${name}`, async () => {
      const url = `${await listen(listener())}/ocsp`;
      const { text } = await opensslOcsp(
        [
          ...["-issuer", "ca.pem", "-cert", "good.pem", "-cert", "bad.pem", "-serial", "0x77"],
          ...["-url", url, "-CAfile", "ca.pem"],
        ],
        { files: { "ca.pem": root.trustPem, "good.pem": good.pem, "bad.pem": bad.pem } },
      );
      expect(text).to.match(
        /Response verify OK good\.pem: good .*bad\.pem: revoked .*keyCompromise.* 0x77: unknown/,
      );
      expect(text).to.not.contain("no nonce");
    });

    it(`answers GET so that caches can keep it: ${name}`, async () => {
      const url = `${await listen(listener())}/ocsp`;
      for (const certificate of [good, bad]) {
        const request = Buffer.from(await requestFor(root, [certificate])).toString("base64");
        const verdict = certificate === good ? "leaf.pem: good" : "leaf.pem: revoked";
        // A.1 asks for the encoded form; some clients leave the slashes, some the padding.
        for (const path of [encodeURIComponent(request), request, request.replace(/=+$/, "")]) {
          const response = await fetch(`${url}/${path}`);
          expect(response.status).to.equal(200);
          const body = new Uint8Array(await response.arrayBuffer());
          const text = await read(root, certificate, body);
          expect(text).to.contain("Response verify OK").and.contain(verdict);
          expect(response.headers.get("content-type")).to.equal("application/ocsp-response");
          expect(response.headers.get("cache-control")).to.equal(
            "max-age=3600, public, no-transform, must-revalidate",
          );
          expect(Date.parse(response.headers.get("last-modified")!)).to.equal(startMs);
          expect(Date.parse(response.headers.get("expires")!)).to.equal(startMs + 3_600_000);
          expect(response.headers.get("etag")).to.match(/^"[0-9a-f]{64}"$/);
        }
      }
    });
  }

  it("lets nobody keep an answer with a nonce, to a POST, or a refusal", async () => {
    const url = await listen(responder.handler);
    const withNonce = await requestFor(root, [good], []);
    const plain = await requestFor(root, [good]);
    const path = encodeURIComponent(Buffer.from(withNonce).toString("base64"));
    const refused = encodeURIComponent(Buffer.from("3003020100", "hex").toString("base64"));
    for (const response of [
      await fetch(`${url}/${path}`),
      await postTo(url, Buffer.from(plain)),
      await fetch(`${url}/${refused}`),
    ]) {
      expect(response.status).to.equal(200);
      expect(response.headers.get("cache-control")).to.equal("no-store");
      expect(response.headers.get("expires")).to.equal(null);
    }
  });

  it("finds the request after any prefix and before any query", async () => {
    const url = await listen(responder.handler);
    const request = Buffer.from(await requestFor(root, [good])).toString("base64");
    for (const prefix of ["", "/MEMB", "/pki-ocsp/v1", "/M/MA/MIIB"]) {
      const response = await fetch(`${url}${prefix}/${encodeURIComponent(request)}?x=/MEMB#y`);
      expect([prefix, response.status]).to.deep.equal([prefix, 200]);
      expect((await response.arrayBuffer()).byteLength).to.be.above(100);
    }
  });

  for (const [path, why] of [
    ["/", "nothing"],
    ["/ocsp", "a word"],
    ["/%", "a broken escape"],
    ["/%E0%A4%A", "broken UTF-8"],
    ["/MAA=/../x", "something after it"],
    ["/MIMAAAAA", "a length of three octets"],
    [`/${"MIIv".repeat(3_000)}`, "lengths that never fit"],
    ["/MIIv".repeat(2_400), "many beginnings"],
  ] as const) {
    it(`answers 400 to a path that ends in ${why}`, async () => {
      const url = await listen(responder.handler);
      const beginMs = performance.now();
      expect((await fetch(`${url}${path}`)).status).to.equal(400);
      expect(performance.now() - beginMs).to.be.below(1_000);
    });
  }

  it("answers 405, 415 and 413 to other methods, types and sizes, and goes on", async () => {
    for (const listener of Object.values(mounts)) {
      const url = `${await listen(listener())}/ocsp`;
      const put = await fetch(url, { method: "PUT", body: "x" });
      expect([put.status, put.headers.get("allow")]).to.deep.equal([405, "GET, POST"]);
      expect((await fetch(url, { method: "HEAD" })).status).to.equal(405);
      expect((await postTo(url, "{}", "application/json")).status).to.equal(415);
      expect((await fetch(url, { method: "POST" })).status).to.equal(415);
      const large = await postTo(url, Buffer.alloc(16_385));
      expect([large.status, large.headers.get("connection")]).to.deep.equal([413, "close"]);
      const small = await postTo(url, Buffer.alloc(16_384), "Application/OCSP-Request; v=1");
      expect(small.status).to.equal(200);
      expect(hex(new Uint8Array(await small.arrayBuffer()))).to.equal(malformed);
      await running.close();
    }
    await listen(responder.handler);
  });

  it("waits for nothing more of a client that went away before it was asked", async () => {
    const asked = new Promise<void>((resolve, reject) => {
      void listen((request, response) => {
        request.once("close", () => {
          const context = { req: request, status: 404, body: undefined, set: () => undefined };
          setTimeout(() => void responder.koa(context).then(resolve, reject), 10);
          response.destroy();
        });
      }).then(() => sendAndHangUp(running.port, `${halfQuestion}half`));
    });
    await asked;
  });

  it("says malformedRequest when something before it used up the body", async () => {
    const url = await listen((request, response) => {
      request.resume().once("end", () => {
        responder.handler(request, response);
      });
    });
    const response = await postTo(url, Buffer.from(await requestFor(root, [good])));
    expect(hex(new Uint8Array(await response.arrayBuffer()))).to.equal(malformed);
  });

  for (const [name, listener] of [
    ["plain node", () => responder.handler],
    ["Koa", () => silentKoa(responder)],
  ] as const) {
    it(`forgets a client that goes away while it speaks: ${name}`, async () => {
      const url = await listen(listener());
      await sendAndHangUp(running.port, `${halfQuestion}half`);
      const response = await postTo(url, Buffer.from(await requestFor(root, [good])));
      expect(response.status).to.equal(200);
    });
  }

  it("passes a failure of its own on, or ends the connection", async () => {
    const failures: unknown[] = [];
    const url = await listen((request, response) => {
      // What was answered already cannot be answered again.
      response.writeHead(200);
      response.flushHeaders();
      if (request.url === "/passed") {
        responder.handler(request, response, (error) => {
          failures.push(error);
          response.end("passed on");
        });
      } else {
        responder.handler(request, response);
      }
    });
    expect(await (await fetch(`${url}/passed`)).text()).to.equal("passed on");
    expect(failures).to.have.length(1);
    const outcome = await fetch(`${url}/ended`)
      .then((response) => response.text())
      .catch(() => "ended");
    expect(outcome).to.equal("ended");
  });
});

const halfQuestion =
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/ocsp-request\r\nContent-Length: 100\r\n\r\n";

function nonceExtension(value: Uint8Array): Uint8Array {
  return der.sequence(der.oid("1.3.6.1.5.5.7.48.1.2"), der.octetString(value));
}

/** The CertID of a request for one certificate: within the request, its body, the list and the item. */
function firstId(request: Uint8Array): Uint8Array {
  const first = (element: Uint8Array): Uint8Array => der.split(element)[0]!;
  return first(first(first(first(request))));
}

/** A request for this CertID and nothing else. */
function requestOf(id: Uint8Array): Uint8Array {
  return der.sequence(der.sequence(der.sequence(der.sequence(id))));
}

function withExtensions(request: Uint8Array, extensions: readonly Uint8Array[]): Uint8Array {
  const items = der.sequence(der.sequence(firstId(request)));
  return der.sequence(der.sequence(items, der.constructed(2, der.sequence(...extensions))));
}

/** Koa prints what becomes of broken connections. */
function silentKoa(responder: OcspResponder): RequestListener {
  const app = new Koa();
  app.silent = true;
  app.use(responder.koa);
  const listener = app.callback();
  return (request, response) => void listener(request, response);
}

async function sendAndHangUp(port: number, text: string): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  await new Promise((resolve) => socket.write(text, resolve));
  socket.destroy();
  await once(socket, "close");
}
