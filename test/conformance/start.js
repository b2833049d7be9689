// Judges a suite of certificate paths with the engine: npm run conformance -- FILE [--json OUT] [--only GLOB]
import { startFromSource } from "../start-from-source.js";

startFromSource(new URL("main.ts", import.meta.url));
