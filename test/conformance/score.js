// Judges a suite with the engine and with other ways in JavaScript: npm run score -- FILE [--seconds N] [--readme]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { status } = spawnSync(
  process.execPath,
  [
    "--conditions=@mtls-shield/source",
    "--import=ts-blank-space/register",
    fileURLToPath(new URL("score/main.ts", import.meta.url)),
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
