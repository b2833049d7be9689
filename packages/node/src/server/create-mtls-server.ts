import { createServer, type Server, type ServerOptions } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { constants } from "node:crypto";
import { ConfigError, MtlsError, TlsConnection } from "@mtls-shield/core";
import { suggest } from "@mtls-shield/core/adapter";
import { httpsOptions } from "./https-options.ts";
import type { MtlsHandler } from "./mtls.ts";
import { sendProblem } from "./refuser.ts";

/** Options of `https.createServer`, and the shield. */
export interface MtlsServerOptions extends ServerOptions {
  /** What `mtls()` returned, of any framework: it runs before the application for every request, whatever the application mounts. */
  readonly shield?: Pick<MtlsHandler, "handle">;
}

/** Answers requests; what it returns does not matter, so that the listeners of Koa and async functions fit. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An application: a listener (Express, plain Node), or something that makes one (Koa). */
export type Application = Listener | { callback(): Listener };

/**
 * An HTTPS server that asks clients for a certificate and is safe as it is. Given a shield, no request reaches the
 * application past it, so that a forgotten `app.use(mtls())` leaves nothing open.
 */
export function createMtlsServer(options: MtlsServerOptions, application: Application): Server {
  const shield = readShield(options);
  const listener = readApplication(application);
  const settings = httpsOptions(options);
  const server = createServer(
    settings,
    shield === undefined ? listener : shielded(shield, listener),
  );
  // Reading a chain consumes it: whoever reads first has it, so the shield does.
  server.on("secureConnection", (socket) => {
    TlsConnection.of(socket, socket).capture();
  });
  keepSettings(server, settings);
  return server;
}

function readApplication(application: Application): Listener {
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

function shielded({ handle }: Pick<MtlsHandler, "handle">, listener: Listener): Listener {
  return (request, response) => {
    handle(request, response, (error) => {
      if (error === undefined) {
        listener(request, response);
        return;
      }
      // No framework is there yet to take an error that the shield handed on: it is answered here.
      if (error instanceof MtlsError) sendProblem(error, response);
      else response.destroy();
    });
  };
}

/**
 * What the application sets later keeps the settings that this library needs. A ticket of one context is accepted in another
 * unless the *default* context gives none (CVE-2025-23419), so with the first further context it stops giving them.
 */
function keepSettings(server: Server, settings: ServerOptions): void {
  const setSecureContext = server.setSecureContext.bind(server);
  const addContext = server.addContext.bind(server);
  let current = settings;
  let hasSecondContext = false;
  const apply = (): void => {
    const secureOptions =
      (current.secureOptions ?? 0) | (hasSecondContext ? constants.SSL_OP_NO_TICKET : 0);
    setSecureContext({ ...current, secureOptions });
  };
  server.setSecureContext = (options) => {
    const { SNICallback } = settings;
    current = httpsOptions<ServerOptions>(
      SNICallback === undefined ? options : { ...options, SNICallback },
    );
    apply();
  };
  server.addContext = (hostname, context) => {
    hasSecondContext = true;
    apply();
    addContext(hostname, context);
  };
}

/** A shield that got lost on the way would leave the API open. */
function readShield(options: MtlsServerOptions): Pick<MtlsHandler, "handle"> | undefined {
  const misspelt = Object.keys(options).find(
    (name) => name !== "shield" && suggest(name, ["shield"]) !== undefined,
  );
  if (misspelt !== undefined) {
    throw new ConfigError(misspelt, "is not an option", 'Did you mean "shield"?');
  }
  if (!("shield" in options)) return undefined;
  const { shield } = options;
  if (typeof (shield as Partial<MtlsHandler> | undefined)?.handle === "function") return shield;
  throw new ConfigError(
    "shield",
    "is not what mtls() returns",
    "Pass shield: mtls({ trust, rules }), or leave it out.",
  );
}
