// Good and bad clients against servers that reload all the time, from the TypeScript sources: node test/soak/start.js [--seconds N] [--json FILE]
import { startFromSource } from "../start-from-source.js";

startFromSource(new URL("main.ts", import.meta.url), { env: { NODE_ENV: "production" } });
