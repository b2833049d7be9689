import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { requireTool } from "@mtls-shield/testkit";

const root = fileURLToPath(new URL("../../", import.meta.url));
const fromSource = ["--conditions=@mtls-shield/source", "--import=ts-blank-space/register"];
const run = promisify(execFile);

/** The files that a page writes out: a line that starts with its name, and the block of code below it. */
function filesOf(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = text.matchAll(/`([\w-]+\.mjs)`[^`]*?:\n\n```js\n(.*?)```/gs);
  return new Map([...blocks].map(([, name = "", code = ""]) => [name, code]));
}

/** The curl lines of a page, with the status that each is said to give. */
function curlLinesOf(
  page: string,
): readonly { readonly args: readonly string[]; readonly status: number }[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^curl (.*?) +# (\d{3})$/gm)].map(([, args = "", status]) => ({
    args: args.split(" "),
    status: Number(status),
  }));
}

describe("the five-minute start of the README", () => {
  let folder = "";
  const files = filesOf("README.md");
  const servers: ChildProcess[] = [];

  before(async function () {
    this.timeout(30_000);
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    for (const [name, code] of files)
      writeFileSync(join(folder, name), code.replace(/listen\(844\d/, "listen(0"));
    await run(process.execPath, [...fromSource, "make-certificates.mjs"], { cwd: folder });
  });
  after(() => {
    for (const server of servers) server.kill();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  /** Starts one of the page's servers on a free port. */
  async function start(file: string): Promise<number> {
    const report =
      "import{Server}from'node:https';const l=Server.prototype.listen;" +
      "Server.prototype.listen=function(...a){this.once('listening',()=>process.send(this.address().port));return l.apply(this,a)};";
    const reporter = `--import=data:text/javascript,${encodeURIComponent(report)}`;
    const server = spawn(process.execPath, [...fromSource, reporter, file], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    servers.push(server);
    const [port] = (await once(server, "message")) as [number];
    return port;
  }

  for (const [file, pagePort] of [
    ["express-api.mjs", 8443],
    ["koa-api.mjs", 8444],
  ] as const) {
    it(`answers the page's curl lines from ${file} as the page says`, async function () {
      this.timeout(30_000);
      requireTool(this, "curl");
      const port = await start(file);
      const lines = curlLinesOf("README.md").filter(({ args }) =>
        args.some((each) => each.includes(`:${pagePort}`)),
      );
      expect(lines).to.have.length.at.least(2);
      for (const { args, status } of lines) {
        const local = args.map((argument) => argument.replace(`:${pagePort}`, `:${port}`));
        const { stdout } = await run(
          "curl",
          ["-s", "-o", "answer", "-w", "%{http_code}", ...local],
          { cwd: folder },
        );
        expect(stdout, args.join(" ")).to.equal(String(status));
      }
    });
  }
});
