// Slow and greedy clients against a server, from the TypeScript sources: node test/hostile/start.js [--seconds N] [--curve] [--json FILE]
import { startFromSource } from "../start-from-source.js";

startFromSource(new URL("main.ts", import.meta.url), { env: { NODE_ENV: "production" } });
