// The primary process of a cluster with one worker: hands on what that says.
import cluster from "node:cluster";

cluster.setupPrimary({ exec: new URL("api-process.ts", import.meta.url).pathname });
const worker = cluster.fork();
worker.on("message", (message) => process.send?.(message));
worker.on("exit", () => process.exit());
process.once("disconnect", () => {
  worker.kill();
});
