// Fuzzes the engine from the TypeScript sources: npm run fuzz -- [--seconds N] [--mutants N] [--seed S] [--only TARGET] [--json OUT] [--replay FILE]
import { startFromSource } from "../start-from-source.js";

// Memory is measured after a collection: without it, garbage would count.
startFromSource(new URL("main.ts", import.meta.url), { flags: ["--expose-gc"] });
