// Starts the example with a throw-away authority: `npm start`.
import { startExample } from "../start-example.ts";
import { createFastifyApi } from "./fastify-api.ts";

await startExample("Fastify", createFastifyApi);
