import { execFile, spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { LocalRegistry } from "./local-registry.ts";

/** A project that uses the packages, with everything installed. */
export interface Consumer {
  readonly folder: string;
  /** Runs Node in the project's folder. */
  readonly run: (...args: readonly string[]) => {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
}

/** Copies the sources of a consumer below `parent` and installs what it depends on, as its author would. */
export async function installConsumer(
  name: "commonjs" | "esm" | "typescript",
  { parent, registry }: { readonly parent: string; readonly registry: LocalRegistry },
): Promise<Consumer> {
  const folder = join(parent, name);
  cpSync(fileURLToPath(new URL(`consumers/${name}`, import.meta.url)), folder, { recursive: true });
  // The user's own settings, such as a registry for a scope, would lead elsewhere.
  const settings = join(parent, "npmrc");
  writeFileSync(settings, "");
  await promisify(execFile)(
    "npm",
    [
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-update-notifier",
      "--loglevel=error",
      `--registry=${registry.url}`,
      `--userconfig=${settings}`,
      `--cache=${join(parent, "cache")}`,
    ],
    { cwd: folder },
  );
  return {
    folder,
    run(...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: folder,
        encoding: "utf8",
      });
      return { status, stdout, stderr };
    },
  };
}
