// Starts the example with a throw-away authority: `npm start`.
import { startExample } from "../start-example.ts";
import { createPlainNodeApi } from "./plain-node-api.ts";

await startExample("plain Node", createPlainNodeApi);
