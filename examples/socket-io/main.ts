// Starts the example with a throw-away authority: `npm start`.
import { startExample } from "../start-example.ts";
import { createSocketIoApi } from "./socket-io-api.ts";

await startExample("Socket.IO", createSocketIoApi);
