import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that only this user can read, and that goes when the process does. */
export function temporaryFolder(): string {
  const created = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  process.on("exit", () => {
    rmSync(created, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit());
  return created;
}
