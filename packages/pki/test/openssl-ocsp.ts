import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface OpensslOcspRun {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** The file that the run writes. */
  readonly output?: string;
}

export interface OpensslOcspResult {
  readonly status: number;
  /** stdout and stderr, one space between words. */
  readonly text: string;
  readonly output: Uint8Array;
}

/** Runs `openssl ocsp` beside this process, so that a responder in this process can answer it. */
export async function opensslOcsp(
  args: readonly string[],
  run: OpensslOcspRun,
): Promise<OpensslOcspResult> {
  const folder = await mkdtemp(join(tmpdir(), "mtls-shield-"));
  try {
    for (const [name, content] of Object.entries(run.files)) {
      await writeFile(join(folder, name), content);
    }
    const child = spawn("openssl", ["ocsp", ...args], { cwd: folder, timeout: 15_000 });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    }
    child.stdin.end();
    const [status] = (await once(child, "close")) as [number | null];
    const output =
      run.output === undefined ? Buffer.alloc(0) : await readFile(join(folder, run.output));
    return { status: status ?? -1, text: text.replaceAll(/\s+/g, " ").trim(), output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
