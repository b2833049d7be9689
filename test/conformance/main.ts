import { fileURLToPath } from "node:url";
import { runConformance } from "./run-conformance.ts";

process.exitCode = runConformance(process.argv.slice(2), {
  exceptions: fileURLToPath(new URL("exceptions.json", import.meta.url)),
  print: (line) => {
    console.log(line);
  },
  complain: (line) => {
    console.error(line);
  },
});
