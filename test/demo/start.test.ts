import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const start = fileURLToPath(new URL("../../examples/demo/start.js", import.meta.url));
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

describe("the demo's start", function () {
  this.timeout(30_000);

  let folder: string;

  /** A clone in which nothing is installed, a demo that ends with 3, and in place of npm a script that notes its arguments. */
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    mkdirSync(join(folder, "examples/demo"), { recursive: true });
    cpSync(start, join(folder, "examples/demo/start.js"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(
      join(folder, "examples/demo/main.ts"),
      'console.log("demo", process.argv.slice(2).join() as string);\nprocess.exitCode = 3;\n',
    );
    writeFileSync(
      join(folder, "npm.cjs"),
      `const { copyFileSync, mkdirSync, symlinkSync } = require("node:fs");
       console.log("npm", ...process.argv.slice(2));
       mkdirSync("node_modules", { recursive: true });
       try { symlinkSync(${JSON.stringify(join(modules, "ts-blank-space"))}, "node_modules/ts-blank-space"); } catch {}
       copyFileSync("package-lock.json", "node_modules/.package-lock.json");`,
    );
    lock("1.0.0");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function lock(version: string): void {
    const packages = {
      "": {},
      "node_modules/needed": { version },
      "node_modules/elsewhere": { version: "9.9.9", optional: true },
    };
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
  }

  function run(...args: readonly string[]): readonly string[] {
    const env = { ...process.env, npm_execpath: join(folder, "npm.cjs") };
    const script = join(folder, "examples/demo/start.js");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      env,
      encoding: "utf8",
    });
    expect([stderr, status]).to.deep.equal(["", 3]);
    return stdout.trim().split("\n");
  }

  const installs = [
    "Installing the dependencies first (npm ci --ignore-scripts) ...",
    "npm ci --ignore-scripts --no-audit --no-fund",
  ];

  it("installs where nothing is installed, says so, and hands on arguments and exit code", () => {
    expect(run("--keep")).to.deep.equal([...installs, "demo --keep"]);
  });

  it("installs once", () => {
    run();
    expect(run()).to.deep.equal(["demo"]);
  });

  it("installs anew when package-lock.json asks for another version", () => {
    run();
    lock("1.0.1");
    expect(run()).to.deep.equal([...installs, "demo"]);
  });
});
