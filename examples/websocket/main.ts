// Starts the example with a throw-away authority: `npm start`.
import { startExample } from "../start-example.ts";
import { createWebsocketApi } from "./websocket-api.ts";

await startExample("WebSocket", createWebsocketApi);
