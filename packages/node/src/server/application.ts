import type { IncomingMessage, ServerResponse } from "node:http";
import { ConfigError } from "@mtls-shield/core";

/** Answers requests; what it returns does not matter, so that the listeners of Koa and async functions fit. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An application: a listener (Express, plain Node), or something that makes one (Koa). */
export type Application = Listener | { callback(): Listener };

export function readApplication(application: Application): Listener {
  if (typeof application === "function") return application;
  // Callers without types can pass anything.
  const app = application as Partial<typeof application> | null | undefined;
  if (typeof app?.callback === "function") return app.callback();
  throw new ConfigError(
    "application",
    "is neither a function nor a Koa application",
    "Pass the app itself.",
  );
}
