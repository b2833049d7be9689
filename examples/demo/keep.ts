import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RunningApi } from "./apis.ts";
import type { DemoPki } from "./pki.ts";

/** Calls to paste: the files that they name, and what comes back. */
const calls = [
  { title: "the right client: 200", files: "orders", path: "/orders" },
  { title: "no certificate: 403 certificate-missing", files: undefined, path: "/orders" },
  { title: "another CA's: 403 issuer-unknown", files: "other", path: "/orders" },
  { title: "the pinned administrator: 200", files: "admin", path: "/admin/users" },
] as const;

/** Writes what curl needs into a new folder that only this user can read. */
export function writeClientFiles({ clients, serverTrust }: DemoPki): string {
  const { orders, admin, otherAuthority: other } = clients;
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-demo-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(join(folder, "ca.crt"), serverTrust);
  for (const [name, { chainPem, privateKeyPem }] of Object.entries({ orders, admin, other })) {
    writeFileSync(join(folder, `${name}.crt`), chainPem);
    writeFileSync(join(folder, `${name}.key`), privateKeyPem, { mode: 0o600 });
  }
  return folder;
}

/** Command lines for every API. They print the body and the status. */
export function printCurlLines(apis: readonly RunningApi[], folder: string): string {
  const file = (name: string): string => quote(join(folder, name));
  return apis
    .flatMap(({ name, port }) =>
      calls.map(({ title, files, path }) => {
        const identity =
          files === undefined
            ? ""
            : ` --cert ${file(`${files}.crt`)} --key ${file(`${files}.key`)}`;
        const format = "'  %{http_code}\\n'";
        return `  # ${name}, ${title}
  curl -sS -w ${format} --cacert ${file("ca.crt")}${identity} https://127.0.0.1:${port}${path}\n`;
      }),
    )
    .join("\n");
}

/** Resolves when the user has had enough, or when the process that started this one is gone. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) {
      process.once(event as "SIGINT", () => {
        resolve();
      });
    }
  });
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
