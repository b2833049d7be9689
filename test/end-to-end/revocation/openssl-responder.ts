import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

export interface OpensslResponder {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface OpensslResponderOptions {
  /** Where `index.txt` and `ca.crt` are. */
  readonly folder: string;
  /** Who signs: the name of a certificate and a key in the folder. Default: the authority. */
  readonly signer?: string;
  /** More arguments; by default its answers say how long they count. */
  readonly args?: readonly string[];
}

const startMs = 10_000;

/** Runs `openssl ocsp` as a responder on a free port, until it is stopped. */
export async function startOpensslResponder({
  folder,
  signer = "ca",
  args = ["-nmin", "60"],
}: OpensslResponderOptions): Promise<OpensslResponder> {
  const port = await findFreePort();
  const own = ["-index", "index.txt", "-CA", "ca.crt"];
  const signing = ["-rsigner", `${signer}.crt`, "-rkey", `${signer}.key`];
  const child = spawn("openssl", ["ocsp", "-port", String(port), ...own, ...signing, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const exited = once(child, "exit");
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`openssl ocsp did not start: ${output}`));
    }, startMs);
    const onOutput = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!output.includes("waiting for OCSP client connections")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on("data", onOutput);
    child.stderr.on("data", onOutput);
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(`openssl ocsp ended: ${output}`));
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** `openssl ocsp` does not tell which port it has chosen itself. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
