import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IssuedChain } from "./test-authority.ts";

/** One request over `openssl s_client`, which offers a stored session wherever it is told to. */
export interface OpensslCall {
  readonly port: number;
  readonly path?: string;
  readonly servername?: string;
  /** The Host header; the server name by default. */
  readonly host?: string;
  readonly client?: Pick<IssuedChain, "chain" | "leaf"> | undefined;
  readonly tlsVersion?: "TLSv1.2" | "TLSv1.3";
  /** A session file's content, of an earlier answer. */
  readonly session?: string | undefined;
}

export interface OpensslAnswer {
  /** 0 when no answer came. */
  readonly status: number;
  /** The code of a problem document; undefined when there is none. */
  readonly code: string | undefined;
  readonly resumed: boolean;
  readonly session: string | undefined;
}

/** Runs `openssl s_client` as a child process, so that a server in this process can answer it. */
export async function callWithOpenssl(call: OpensslCall): Promise<OpensslAnswer> {
  const folder = await mkdtemp(join(tmpdir(), "mtls-shield-"));
  try {
    const servername = call.servername ?? "localhost";
    const args = [
      "s_client",
      "-connect",
      `127.0.0.1:${call.port}`,
      "-servername",
      servername,
      "-ign_eof",
    ];
    args.push(call.tlsVersion === "TLSv1.2" ? "-tls1_2" : "-tls1_3", "-sess_out", "session.out");
    if (call.client !== undefined) {
      await writeFile(join(folder, "cert.pem"), call.client.leaf.pem);
      await writeFile(join(folder, "chain.pem"), call.client.chain.map(({ pem }) => pem).join(""));
      await writeFile(join(folder, "key.pem"), call.client.leaf.privateKeyPem, { mode: 0o600 });
      args.push("-cert", "cert.pem", "-key", "key.pem", "-cert_chain", "chain.pem");
    }
    if (call.session !== undefined) {
      await writeFile(join(folder, "session.in"), call.session);
      args.push("-sess_in", "session.in");
    }
    const request = [
      `GET ${call.path ?? "/"} HTTP/1.1`,
      `Host: ${call.host ?? servername}`,
      "Connection: close",
      "",
      "",
    ].join("\r\n");
    const output = await run(args, request, folder);
    return {
      status: Number(/HTTP\/1\.1 (\d{3})/.exec(output)?.[1] ?? 0),
      code: /"code":"([a-z0-9-]+)"/.exec(output)?.[1],
      resumed: /^Reused, /m.test(output),
      session: await readIfThere(join(folder, "session.out")),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(args: readonly string[], input: string, folder: string): Promise<string> {
  const child = spawn("openssl", args, { cwd: folder, timeout: 15_000 });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
  child.stderr.resume();
  child.stdin.on("error", () => {
    // A refused handshake closes the pipe early; the missing answer tells.
  });
  child.stdin.write(input);
  await new Promise((resolve, reject) => {
    child.once("close", resolve);
    child.once("error", reject);
  });
  return output;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
}
