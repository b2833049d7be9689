import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { requireTool } from "@mtls-shield/testkit";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const dependencies = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const blocks = [...readme.matchAll(/^```(js|sh)\n([^]*?)^```$/gm)]
  .map(([, language = "", code = ""]) => ({ language, code }))
  .filter(({ code }) => !code.startsWith("npm install"));

describe("the README", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    symlinkSync(dependencies, join(folder, "node_modules"));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  // In order and in one folder, since a command reads what the snippet before it wrote.
  for (const [index, { language, code }] of blocks.entries()) {
    it(`has a ${language} block ${index + 1} that does what it says`, function () {
      requireTool(this, "openssl");
      this.timeout(30_000);
      // Node 26 warns of the hooks through which tests run from TypeScript.
      const node = [
        "--disable-warning=DEP0205",
        "--conditions=@mtls-shield/source",
        "--import=ts-blank-space/register",
      ];
      const { status, stdout, stderr } =
        language === "js"
          ? spawnSync(process.execPath, [...node, "--input-type=module", "-"], {
              cwd: folder,
              input: code,
              encoding: "utf8",
            })
          : spawnSync("sh", ["-e"], { cwd: folder, input: code, encoding: "utf8" });
      expect([stderr, status]).to.deep.equal(["", 0]);
      const promised = /\/\/ (Hello .*|URI:.*)$/m.exec(code)?.[1];
      if (promised !== undefined) expect(stdout.trim()).to.equal(promised);
    });
  }
});
