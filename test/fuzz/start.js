// Fuzzes the engine from the TypeScript sources: npm run fuzz -- [--seconds N] [--mutants N] [--seed S] [--only TARGET] [--json OUT] [--replay FILE]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { status } = spawnSync(
  process.execPath,
  [
    // Memory is measured after a collection: without it, garbage would count.
    "--expose-gc",
    "--conditions=@mtls-shield/source",
    "--import=ts-blank-space/register",
    fileURLToPath(new URL("main.ts", import.meta.url)),
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
