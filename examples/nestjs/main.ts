// Starts the example with a throw-away authority: `npm start`.
import { startExample } from "../start-example.ts";
import { createNestjsApi } from "./nestjs-api.ts";

await startExample("NestJS", createNestjsApi);
