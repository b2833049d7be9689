import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one test; it is deleted afterwards. */
export class WorkFolder {
  readonly path = mkdtempSync(join(tmpdir(), "mtls-shield-"));

  pathOf(name: string): string {
    return join(this.path, name);
  }

  /** Replaces a file as a whole: whoever reads it sees the old one or the new one. */
  replace(name: string, content: string | Uint8Array): string {
    const path = this.pathOf(name);
    writeFileSync(`${path}.draft`, content);
    renameSync(`${path}.draft`, path);
    return path;
  }

  delete(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
