import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";

import { expect } from "chai";

import { installConsumer } from "./consumer.ts";
import { startRegistry, type LocalRegistry } from "./local-registry.ts";
import { packPackages, publicPackages, repository, type PackedPackage } from "./pack-packages.ts";

interface Manifest {
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: unknown;
}

describe("the packed packages", function () {
  this.timeout(300_000);

  let folder: string;
  let packed: readonly PackedPackage[];
  let registry: LocalRegistry | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-packaging-"));
    packed = packPackages(folder);
    registry = await startRegistry(packed);
  });

  after(() => {
    registry?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const name of publicPackages) {
    describe(`@mtls-shield/${name}`, () => {
      const packageOf = (): PackedPackage =>
        packed.find((candidate) => candidate.name === `@mtls-shield/${name}`)!;
      const read = (path: string): string =>
        execFileSync("tar", ["-xzOf", packageOf().tarball, `package/${path}`], {
          encoding: "utf8",
        });
      const manifest = (): Manifest => JSON.parse(read("package.json")) as Manifest;

      it("holds code, sources, a README and the licence, and nothing else", () => {
        const { files } = packageOf();
        const outside = files.filter((path) => !/^(dist|src)\//.test(path));
        const odd = files.filter((path) =>
          /(^|\/)(test|node_modules)\/|\.test\.|\.tsbuildinfo$|\.key$|\.env/.test(path),
        );
        const pages = name === "core" ? ["README.md", "REASONS.md"] : ["README.md"];
        expect(outside.toSorted()).to.deep.equal(["LICENSE", ...pages, "package.json"]);
        expect(odd).to.deep.equal([]);
        expect(read("LICENSE")).to.equal(readFileSync(join(repository, "LICENSE"), "utf8"));
      });

      it("has a file for every target of its exports", () => {
        const targets = Object.values(manifest().exports).flatMap((entry) =>
          typeof entry === "string" ? [entry] : Object.values(entry),
        );
        const missing = targets.filter((path) => !packageOf().files.includes(normalize(path)));
        expect(targets.length).to.be.above(1);
        expect(missing).to.deep.equal([]);
      });

      it("has a source file for every source map", () => {
        const { files } = packageOf();
        const maps = files.filter((path) => path.endsWith(".js.map"));
        const missing = maps.filter((path) => {
          const { sources } = JSON.parse(read(path)) as { readonly sources: readonly string[] };
          return !sources.every((source) => files.includes(normalize(join(path, "..", source))));
        });
        expect(maps.length).to.be.above(1);
        expect(missing).to.deep.equal([]);
      });

      it("runs nothing when it is installed, and says on which Node it works", () => {
        const root = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as Manifest;
        expect(manifest()).to.include({ license: "MIT" });
        expect(manifest().scripts).to.equal(undefined);
        expect(manifest().engines).to.deep.equal(root.engines);
      });

      if (name !== "pki") {
        it("depends on no package of anybody else", () => {
          const others = Object.keys(manifest().dependencies ?? {}).filter(
            (dependency) => !/^@mtls-shield\/(core|node)$/.test(dependency),
          );
          expect(others).to.deep.equal([]);
        });
      }
    });
  }

  for (const [consumer, title] of [
    ["commonjs", "a CommonJS project with Express 4 and Koa 2, through require() and silently"],
    ["esm", "a project of ES modules with Express 5 and Koa 3"],
  ] as const) {
    it(`serve ${title}`, async () => {
      const { run } = await installConsumer(consumer, { parent: folder, registry: registry! });
      const { status, stdout, stderr } = run("index.js");
      expect([stderr, status]).to.deep.equal(["", 0]);
      const answers = ["200 consumer", "403 certificate-missing"];
      expect(JSON.parse(stdout)).to.deep.equal({
        express: answers,
        koa: answers,
        node: answers,
        functions: Array.from({ length: 6 }, () => "function"),
        sameMtlsError: true,
      });
    });
  }

  describe("in a strict TypeScript project", () => {
    let run: Awaited<ReturnType<typeof installConsumer>>["run"];

    before(async () => {
      ({ run } = await installConsumer("typescript", { parent: folder, registry: registry! }));
    });

    it("compile, with every declaration file checked", () => {
      const { stdout } = run(join(repository, "node_modules/typescript/bin/tsc"));
      // @types/koa 3.0.3 does not know that content-disposition 2 brings types of its own.
      const faults = stdout
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("node_modules/@types/"));
      expect(faults).to.deep.equal([]);
    });

    it("run the project's unit tests, with fake clients and without TLS", () => {
      const { status, stdout, stderr } = run("out/main.js");
      expect([stderr, status]).to.deep.equal(["", 0]);
      const missing = "certificate-missing";
      expect(JSON.parse(stdout)).to.deep.equal({
        express: [
          '200 {"who":"ann","outcome":"allow"}',
          '200 {"id":"7"}',
          `403 {"error":"ERR_MTLS_CERTIFICATE_MISSING","because":"${missing}"}`,
        ],
        koa: ['200 {"who":"ann"}', '200 {"id":"7"}', "403 ERR_MTLS_CERTIFICATE_MISSING"],
        node: "200 in",
        decisions: ["shield allow", "shield allow", "guard allow", "guard allow", "shield deny"],
        servers: 2,
        summary: "A client certificate is required, and none was presented.",
        refusedOption: "trust.partners",
        commonjs: ["function", "function", true],
      });
    });
  });
});
