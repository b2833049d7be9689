import { runFuzz } from "./run-fuzz.ts";

process.exitCode = runFuzz(process.argv.slice(2), {
  print: (line) => {
    console.log(line);
  },
  complain: (line) => {
    console.error(line);
  },
});
