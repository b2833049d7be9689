import { fileURLToPath } from "node:url";
import { ConfigError } from "./config-error.ts";

/** The path of a `file:` URL, which may name another machine, or a file that no system can hold. */
export function fileUrlPath(url: URL, option: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new ConfigError(option, "names no file of this machine", "Write file:///path.", cause);
  }
}
