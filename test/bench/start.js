// Starts the benchmarks from the TypeScript sources: npm run bench -- [NAME ...] [--quick] [--json FILE]
import { startFromSource } from "../start-from-source.js";

startFromSource(new URL("main.ts", import.meta.url), { env: { NODE_ENV: "production" } });
