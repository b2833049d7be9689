import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface OpensslResult {
  /** The exit code; -1 when the program was killed. */
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The part of a mocha test that a skip needs. */
export interface SkippableTest {
  skip(): unknown;
}

/**
 * Runs `openssl` in a new folder that holds `files` and is deleted afterwards, so that `args` can name
 * them without a path.
 */
export function runOpenssl(
  args: readonly string[],
  options: {
    readonly input?: string | Uint8Array;
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
  } = {},
): OpensslResult {
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  try {
    for (const [name, content] of Object.entries(options.files ?? {})) {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
    }
    const { status, stdout, stderr, error } = spawnSync("openssl", args, {
      cwd: folder,
      input: options.input ?? "",
      timeout: 30_000,
    });
    if (error !== undefined) throw error;
    return { status: status ?? -1, stdout, stderr: stderr.toString() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Skips the test, and says so, when a program is missing; where `CI` is "true" it fails instead. */
export function requireTool(test: SkippableTest, name: string): void {
  if (isInstalled(name)) return;
  const message = `needs ${name}, which is not installed`;
  if (process.env["CI"] === "true") throw new Error(`This test ${message}.`);
  skip(test, message);
}

/** As `requireTool`, for tests that list where they differ from one release of OpenSSL, such as `3.0`. Another one skips them. */
export function requireOpensslRelease(test: SkippableTest, release: string): void {
  requireTool(test, "openssl");
  const version = runOpenssl(["version"]).stdout.toString().trim();
  if (!version.startsWith(`OpenSSL ${release}.`))
    skip(test, `needs OpenSSL ${release}, and there is ${version}`);
}

function skip(test: SkippableTest, message: string): void {
  console.log(`      skipped: ${message}`);
  test.skip();
}

function isInstalled(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
