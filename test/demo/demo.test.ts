import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { expect } from "chai";

import { requireTool } from "@mtls-shield/testkit";

import rootPackage from "../../package.json" with { type: "json" };
import { startProcess, type StartedProcess } from "./start-process.ts";

const root = new URL("../../", import.meta.url);

/** What each API has to answer: endpoint, client, expected status, status, reason. */
const expectedRows = `
Anyone, and any client
✓ GET /health                 no certificate                       200       200
✓ GET /whoami                 no certificate                       403       403     certificate-missing
✓ GET /whoami                 right certificate                    200       200

Some clients, by their SPIFFE ID
✓ GET /orders                 right certificate                    200       200
✓ GET /orders                 certificate below an intermediate    200       200
✓ GET /orders                 no certificate                       403       403     certificate-missing
✓ GET /orders                 another CA's                         403       403     issuer-unknown
✓ GET /orders                 another CA's, under our CA's name    403       403     issuer-unknown
✓ GET /orders                 self-signed                          403       403     certificate-self-signed
✓ GET /orders                 expired                              403       403     certificate-expired
✓ GET /orders                 not yet valid                        403       403     certificate-not-yet-valid
✓ GET /orders                 a server's certificate               403       403     extended-key-usage-invalid

A guard on one route
✓ DELETE /orders/7            the one that the guard admits        200       200
✓ DELETE /orders/7            right certificate for the others     403       403     client-not-allowed

One client, by its fingerprint
✓ GET /admin/users            the pinned one                       200       200
✓ GET /admin/users            right CA and name, not the pinned    403       403     client-not-allowed
✓ GET /admin/users            right certificate, other endpoint    403       403     client-not-allowed

The same endpoint in other spellings
✓ GET /ADMIN/Users/           the pinned one                       200       200
✓ GET /ADMIN/Users/           right certificate, other endpoint    403       403     client-not-allowed
✓ GET /%61dmin/users          right certificate, other endpoint    403       403     client-not-allowed
✓ GET //admin//users          right certificate, other endpoint    403       403     client-not-allowed
✓ GET /orders/../admin/users  right certificate, other endpoint    403       403     client-not-allowed
✓ GET /orders%2F..%2Fadmin    right certificate, other endpoint    400       400     target-ambiguous

Revoked by a list
✓ GET /orders                 revoked                              403       403     certificate-revoked
✓ GET /orders                 on hold                              403       403     certificate-on-hold
✓ GET /orders                 below an authority that was revoked  403       403     certificate-revoked

A second call: TLS session resumed, or connection kept
✓ GET /orders                 right certificate, resumed           200       200
✓ GET /orders                 no certificate, resumed              403       403     certificate-missing
✓ GET /orders                 expired since, resumed               403       403     certificate-expired
✓ GET /orders                 expired since, kept                  403       403     certificate-expired
✓ GET /orders                 revoked since, resumed               403       403     certificate-revoked
✓ GET /orders                 revoked since, kept                  403       403     certificate-revoked
`;

describe("npm run demo", function () {
  this.timeout(120_000);

  let demo: StartedProcess;

  before(async () => {
    demo = startDemo();
    await demo.exited;
  });

  it("runs the file that the tests run", () => {
    expect(rootPackage.scripts.demo).to.equal("node examples/demo/start.js");
  });

  it("ends well, with every row of both APIs as expected", async () => {
    expect(demo.stderr).to.equal("");
    const [, ...apis] = demo.stdout.split(/^ {2}(?=Express on|Koa on)/m);
    expect(apis.map((text) => text.split(" ")[0])).to.deep.equal(["Express", "Koa"]);
    for (const text of apis) {
      const [, , ...rows] = text.split("\n\n");
      expect(unindented(rows.join("\n\n"))).to.include(expectedRows.trim());
    }
    expect(await demo.exited).to.equal(0);
  });

  it("closes with counts and the time it took, less than ten seconds", () => {
    const [, total, asExpected, failed, seconds] =
      /(\d+) calls: (\d+) as expected, (\d+) not, in (\d+\.\d) s\.\s*$/.exec(demo.stdout) ?? [];
    const rows = (expectedRows.match(/✓/g) ?? []).length * 2;
    expect([Number(total), Number(asExpected), Number(failed)]).to.deep.equal([rows, rows, 0]);
    expect(Number(seconds)).to.be.below(10);
  });

  it("prints no colours into a pipe", () => {
    expect(demo.stdout).not.to.include("\u001b");
  });

  it("refuses an option that it does not know, and says which there are", async () => {
    const wrong = startDemo("--kep");
    expect(await wrong.exited).to.equal(2);
    expect(wrong.stderr).to.match(/'--kep'[^]*--keep/);
  });

  describe("-- --keep", () => {
    let kept: StartedProcess;
    let orphaned: StartedProcess;

    // Both wait most of the time, for a certificate to expire: so they may do it together.
    before(() => {
      kept = startDemo("--keep");
      orphaned = startDemo("--keep");
    });

    after(() => {
      for (const { pid } of [kept, orphaned]) endGroup(pid);
    });

    it("prints curl lines that get what they promise when pasted", async function () {
      requireTool(this, "curl");
      await kept.printed(/Ctrl-C/);
      const promises = [...kept.stdout.matchAll(/^ {2}# (.*): (.*)\n {2}(curl .*)$/gm)];
      const titles = promises.map(([, title]) => title);
      expect(titles).to.deep.equal(
        ["Express", "Koa"].flatMap((api) => [
          `${api}, the right client`,
          `${api}, no certificate`,
          `${api}, another CA's`,
          `${api}, the pinned administrator`,
        ]),
      );
      for (const [, title = "", promised = "", line = ""] of promises) {
        const { stdout, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" });
        const [, body = "", status] = /^(.*) {2}(\d+)\n$/.exec(stdout) ?? [];
        const { code } = JSON.parse(body) as { readonly code?: string };
        expect([title, stderr, [status, code].join(" ").trim()]).to.deep.equal([
          title,
          "",
          promised,
        ]);
      }
    });

    it("keeps its files in a folder that only this user can read", async () => {
      const folder = await folderOf(kept);
      const modes = readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]);
      expect(modeOf(folder)).to.equal(0o700);
      expect(modes.filter(([name]) => String(name).endsWith(".key"))).to.deep.equal([
        ["admin.key", 0o600],
        ["orders.key", 0o600],
        ["other.key", 0o600],
      ]);
    });

    it("stops and removes the folder on Ctrl-C", async () => {
      const folder = await folderOf(kept);
      kept.interrupt();
      expect(await kept.exited).to.equal(0);
      expect(existsSync(folder)).to.equal(false);
    });

    it("leaves nothing behind when the process that started it is killed", async () => {
      const folder = await folderOf(orphaned);
      orphaned.kill("SIGKILL");
      for (let tries = 0; existsSync(folder) && tries < 100; tries++) await wait(100);
      expect(existsSync(folder)).to.equal(false);
    });
  });
});

function startDemo(...args: readonly string[]): StartedProcess {
  // Were something not installed, the demo would install it under the feet of the other tests: so it finds no npm.
  const env = { ...process.env, npm_execpath: "no-npm-here" };
  return startProcess(process.execPath, ["examples/demo/start.js", ...args], { cwd: root, env });
}

async function folderOf(demo: StartedProcess): Promise<string> {
  const [, certificate = ""] = await demo.printed(/--cacert '?(\S+\.crt)/);
  await demo.printed(/Ctrl-C/);
  return dirname(certificate);
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

function unindented(text: string): string {
  return text.replace(/^ {2}/gm, "");
}

/** What is left of a process group when a test failed half-way. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
