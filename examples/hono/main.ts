// Starts the example with a throw-away authority: `npm start`.
import { startExample } from "../start-example.ts";
import { createHonoApi } from "./hono-api.ts";

await startExample("Hono", createHonoApi);
