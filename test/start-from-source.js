// Runs a TypeScript program of this repository from its sources, with the arguments that the command line gave.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * @param {URL} program
 * @param {{ flags?: readonly string[], env?: Readonly<Record<string, string>> }} [options] more flags of Node, more of its environment
 */
export function startFromSource(program, { flags = [], env = {} } = {}) {
  const { status } = spawnSync(
    process.execPath,
    [
      ...flags,
      "--conditions=@mtls-shield/source",
      "--import=ts-blank-space/register",
      fileURLToPath(program),
      ...process.argv.slice(2),
    ],
    { stdio: "inherit", env: { ...process.env, ...env } },
  );
  process.exitCode = status ?? 1;
}
