import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect } from "chai";

import { createAuthority, type CertificateAuthority } from "@mtls-shield/pki";

import { callApi } from "../../examples/demo/call-api.ts";
import { startProcess, type StartedProcess } from "./start-process.ts";

for (const [name, example] of [
  ["Express", "express-basic"],
  ["Koa", "koa-basic"],
] as const) {
  describe(`the ${name} example`, function () {
    this.timeout(30_000);

    const started: StartedProcess[] = [];

    function start(settings: Readonly<Record<string, string>>): StartedProcess {
      const cwd = new URL(`../../examples/${example}/`, import.meta.url);
      const env = { ...process.env, HOST: "127.0.0.1", PORT: "0", ...settings };
      const api = startProcess("npm", ["start"], { cwd, env });
      started.push(api);
      return api;
    }

    after(async () => {
      for (const { exited, interrupt } of started) {
        try {
          interrupt();
        } catch {
          // It has ended by itself.
        }
        await exited;
      }
    });

    it("starts with one command, and answers the client that it made", async () => {
      const api = start({});
      const [, ca = "", cert = "", key = "", port] = await api.printed(
        /curl --cacert (\S+) --cert (\S+) --key (\S+) https:\/\/127\.0\.0\.1:(\d+)\/orders$/m,
      );
      const serverTrust = readFileSync(ca, "utf8");
      const client = { port: Number(port), serverTrust };
      const files = {
        chainPem: readFileSync(cert, "utf8"),
        privateKeyPem: readFileSync(key, "utf8"),
      };
      const right = await callApi({ ...client, certificate: files }, "GET /orders");
      const none = await callApi({ ...client, certificate: undefined }, "GET /orders");
      expect(right.status).to.equal(200);
      expect(none).to.include({ status: 403, code: "certificate-missing" });

      api.interrupt();
      await api.exited;
      expect(existsSync(dirname(ca))).to.equal(false);
    });

    it("starts with files of one's own", async () => {
      const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
      try {
        const root = await createAuthority();
        const admin = await root.issueClient({ subject: { commonName: "admin" } });
        const api = start(await writeOwnFiles(folder, root, admin.fingerprint));
        const [, port] = await api.printed(/listens on https:\/\/127\.0\.0\.1:(\d+)$/m);
        const client = { port: Number(port), serverTrust: root.trustPem };
        const pinned = await callApi({ ...client, certificate: admin }, "GET /admin/users");
        expect(pinned.status).to.equal(200);
        expect(api.stdout).not.to.include("curl");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it("does not start with half of one's own files", async () => {
      const api = start({ SERVER_CERT: "server.crt", ADMIN_FINGERPRINT: "00" });
      expect(await api.exited).not.to.equal(0);
      expect(api.stderr).to.match(/SERVER_KEY is not set|ENOENT.*server\.crt/);
    });
  });
}

async function writeOwnFiles(
  folder: string,
  root: CertificateAuthority,
  adminFingerprint: string,
): Promise<Readonly<Record<string, string>>> {
  const server = await root.issueServer();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  return {
    SERVER_CERT: file("server.crt", server.chainPem),
    SERVER_KEY: file("server.key", server.privateKeyPem),
    CLIENT_CA: file("ca.crt", root.trustPem),
    ADMIN_FINGERPRINT: adminFingerprint,
  };
}
