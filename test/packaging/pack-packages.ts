import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a user gets from the registry. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** The path of the tarball. */
  readonly tarball: string;
  /** The paths of the files in it. */
  readonly files: readonly string[];
}

export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** The folders under `packages` of what is published. */
export const publicPackages = ["core", "node", "express", "koa", "pki", "stores"] as const;

/** Builds and packs every public package in `folder`, so that nothing old from an earlier build gets in. */
export function packPackages(folder: string): readonly PackedPackage[] {
  copySources(folder);
  linkDependencies(folder);
  const projects = publicPackages.map((name) => `packages/${name}`);
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-b", ...projects], { cwd: folder });
  const options = ["pack", "--json", "--ignore-scripts", "--loglevel=error"];
  const output = execFileSync("npm", [...options, ...projects.map((project) => `./${project}`)], {
    cwd: folder,
    encoding: "utf8",
  });
  const packed = JSON.parse(output) as readonly {
    readonly name: string;
    readonly version: string;
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  return packed.map(({ name, version, filename, files }) => ({
    name,
    version,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path),
  }));
}

/** What is built or installed stays behind. */
function copySources(folder: string): void {
  cpSync(join(repository, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
  for (const name of publicPackages) {
    cpSync(join(repository, "packages", name), join(folder, "packages", name), {
      recursive: true,
      filter: (path) =>
        !["dist", "node_modules", "coverage"].includes(basename(path)) &&
        !path.endsWith(".tsbuildinfo"),
    });
  }
}

/** Third-party packages are those of the repository; our own are the copies. */
function linkDependencies(folder: string): void {
  const installed = join(repository, "node_modules");
  mkdirSync(join(folder, "node_modules/@mtls-shield"), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name.startsWith(".") || name === "@mtls-shield") continue;
    symlinkSync(join(installed, name), join(folder, "node_modules", name));
  }
  for (const name of publicPackages) {
    symlinkSync(
      join(folder, "packages", name),
      join(folder, "node_modules/@mtls-shield", name),
      "junction",
    );
  }
}
