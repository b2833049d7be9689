// Revokes clients under load, from the TypeScript sources: node test/load/start.js [--seconds N] [--entries N] [--connections N]
import { startFromSource } from "../start-from-source.js";

startFromSource(new URL("main.ts", import.meta.url), { env: { NODE_ENV: "production" } });
