// Starts the benchmarks from the TypeScript sources: npm run bench -- [NAME ...] [--quick] [--json FILE]
import { spawnSync } from "node:child_process";

const { status } = spawnSync(
  process.execPath,
  [
    "--conditions=@mtls-shield/source",
    "--import=ts-blank-space/register",
    new URL("main.ts", import.meta.url).pathname,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", env: { ...process.env, NODE_ENV: "production" } },
);
process.exitCode = status ?? 1;
