import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import express from "express";
import { clientOf, createMtlsServer, mtls } from "@mtls-shield/express";
import { createAuthority } from "@mtls-shield/pki";
import {
  callWithOpenssl,
  authority,
  requireTool,
  startServer,
  type RunningServer,
} from "@mtls-shield/testkit";

const run = promisify(execFile);

/** What a client program learned: the status, and the code of a refusal. */
interface Outcome {
  readonly status: number;
  readonly code: string | undefined;
}

describe("real clients", () => {
  let folder = "";
  let running: RunningServer;

  before(async function () {
    this.timeout(30_000);
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    const ca = await createAuthority();
    const server = await ca.issueServer({ dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] });
    const files = {
      client: await ca.issueClient(),
      stranger: await (await createAuthority()).issueClient(),
    };
    for (const [name, issued] of Object.entries(files)) {
      const { chainPem, privateKeyPem } = issued;
      writeFileSync(join(folder, `${name}.crt`), chainPem);
      writeFileSync(join(folder, `${name}.key`), privateKeyPem, { mode: 0o600 });
      writeFileSync(join(folder, `${name}.p12`), issued.toPkcs12({ password: "secret" }), {
        mode: 0o600,
      });
    }
    writeFileSync(join(folder, "ca.crt"), ca.trustPem);
    const app = express();
    app.use(mtls());
    app.get("/", (req, res) => {
      res.json({ client: clientOf(req).subject });
    });
    running = await startServer(
      createMtlsServer({ key: server.privateKeyPem, cert: server.chainPem, ca: ca.trustPem }, app),
    );
  });
  after(async () => {
    await running.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  async function curl(...args: readonly string[]): Promise<Outcome> {
    const url = `https://localhost:${running.port}/`;
    const fixed = [
      "--silent",
      "--show-error",
      "--cacert",
      "ca.crt",
      "--write-out",
      "\n%{http_code}",
    ];
    const { stdout } = await run("curl", [...fixed, ...args, url], {
      cwd: folder,
      timeout: 15_000,
    });
    const [body = "", status = ""] = stdout.split("\n");
    return { status: Number(status), code: (JSON.parse(body) as { code?: string }).code };
  }

  it("curl is let in with the right certificate, from PEM files and from PKCS #12", async function () {
    requireTool(this, "curl");
    const admitted = { status: 200, code: undefined };
    expect(await curl("--cert", "client.crt", "--key", "client.key")).to.deep.equal(admitted);
    const bundle = await curl("--cert-type", "P12", "--cert", "client.p12:secret");
    expect(bundle).to.deep.equal(admitted);
  });

  it("curl is refused without a certificate and with another authority's", async function () {
    requireTool(this, "curl");
    expect(await curl()).to.deep.equal({ status: 403, code: "certificate-missing" });
    const { status, code } = await curl("--cert", "stranger.crt", "--key", "stranger.key");
    expect(status).to.equal(403);
    expect(code).to.equal("issuer-unknown");
  });

  it("Node's https is let in and refused, and verifies the server itself", async () => {
    const read = (name: string): Buffer => readFileSync(join(folder, name));
    const call = (client?: string): Promise<Outcome> =>
      new Promise((resolve, reject) => {
        request({
          host: "localhost",
          port: running.port,
          ca: read("ca.crt"),
          agent: false,
          ...(client && { cert: read(`${client}.crt`), key: read(`${client}.key`) }),
        })
          .once("response", (response) => {
            let body = "";
            response.on("data", (chunk: Buffer) => (body += chunk.toString()));
            response.once("end", () => {
              const { code } = JSON.parse(body) as { code?: string };
              resolve({ status: response.statusCode ?? 0, code });
            });
          })
          .once("error", reject)
          .end();
      });
    expect(await call("client")).to.deep.equal({ status: 200, code: undefined });
    expect(await call()).to.deep.equal({ status: 403, code: "certificate-missing" });
    expect(await call("stranger")).to.deep.equal({ status: 403, code: "issuer-unknown" });
  });

  for (const tlsVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`openssl s_client is let in and refused, ${tlsVersion}`, async function () {
      requireTool(this, "openssl");
      const ca = authority();
      const server = ca.server();
      const app = express();
      app.use(mtls());
      app.get("/", (_req, res) => {
        res.json({});
      });
      const { port, close } = await startServer(
        createMtlsServer(
          { key: server.leaf.privateKeyPem, cert: server.chainPem, ca: ca.root.pem },
          app,
        ),
      );
      const outcome = async (
        client?: Parameters<typeof callWithOpenssl>[0]["client"],
      ): Promise<Outcome> => {
        const { status, code } = await callWithOpenssl({ port, client, tlsVersion });
        return { status, code };
      };
      expect(await outcome(ca.client())).to.deep.equal({ status: 200, code: undefined });
      expect(await outcome()).to.deep.equal({ status: 403, code: "certificate-missing" });
      expect(await outcome(authority().client())).to.deep.equal({
        status: 403,
        code: "issuer-unknown",
      });
      await close();
    });
  }
});
