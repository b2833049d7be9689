// Judges a suite of certificate paths or OCSP responses with the engine: npm run conformance -- [--ocsp] FILE [--json OUT] [--only GLOB]
import { startFromSource } from "../start-from-source.js";

startFromSource(new URL("main.ts", import.meta.url));
