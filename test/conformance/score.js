// Judges a suite with the engine and with other ways in JavaScript: npm run score -- FILE [--seconds N] [--readme]
import { startFromSource } from "../start-from-source.js";

startFromSource(new URL("score/main.ts", import.meta.url));
