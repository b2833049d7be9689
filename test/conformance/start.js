// Judges a suite of certificate paths with the engine: npm run conformance -- FILE [--json OUT] [--only GLOB]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { status } = spawnSync(
  process.execPath,
  [
    "--conditions=@mtls-shield/source",
    "--import=ts-blank-space/register",
    fileURLToPath(new URL("main.ts", import.meta.url)),
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
