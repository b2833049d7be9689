import type { EventEmitter } from "node:events";
import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from "node:http2";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import { ConfigError, TlsConnection, type Shield, type ShieldChanges } from "@mtls-shield/core";
import {
  createReloadReporter,
  eventTime,
  emitProcessWarning,
  Notices,
  systemClock,
  type ReloadCause,
} from "@mtls-shield/core/adapter";
import { HandshakeGate } from "./arrivals/handshake-gate.ts";
import { receiveConnections } from "./arrivals/receive-connections.ts";
import { readApplication, type Application, type Listener } from "./application.ts";
import { chooseByHost } from "./choose-by-host.ts";
import { guardServer } from "./protect-server.ts";
import {
  readMtlsServerOptions,
  type MtlsServerOptions,
  type MtlsServerSettings,
} from "./mtls-server-options.ts";
import { reloadOnSignal } from "./reload-on-signal.ts";
import { http2Limits, serverBounds } from "./safe-tls.ts";
import { refuseInsecureParser } from "./start-checks.ts";
import { TlsContexts } from "./tls-contexts.ts";

/** What a server of this library can do beside Node's. */
export interface Reloadable {
  /**
   * Reads certificate, key and everything behind its shields anew, with these changes to the options of the default shield. Where
   * something is wrong it rejects, and that part stays as it was.
   */
  readonly reload: (changes?: ShieldChanges) => Promise<void>;
}

/**
 * A server that asks clients for a certificate and is safe as it is. Given `trust` or a shield, nothing reaches the application
 * past it: requests, upgrades, tunnels and raw HTTP/2 streams; a forgotten `app.use(mtls())` leaves nothing open.
 */
export function createMtlsServer(
  options: MtlsServerOptions & { readonly http2: true },
  application: Application,
): Http2SecureServer & Reloadable;
export function createMtlsServer(
  options: MtlsServerOptions,
  application: Application,
): Server & Reloadable;
export function createMtlsServer(
  options: MtlsServerOptions,
  application: Application,
): (Server | Http2SecureServer) & Reloadable {
  refuseInsecureParser(process, options);
  const listener = readApplication(application);
  const own: { close(): void }[] = [];
  const close = (): void => {
    for (const each of own) each.close();
  };
  try {
    const server = assemble(readMtlsServerOptions(options, own), listener, own);
    server.once("close", close);
    return server;
  } catch (fault) {
    // Whoever mends the options and tries again should not have everything watched twice.
    close();
    throw fault;
  }
}

/** Puts a server together; `own` collects what ends with it. */
function assemble(
  settings: MtlsServerSettings,
  listener: Listener,
  own: { close(): void }[],
): (Server | Http2SecureServer) & Reloadable {
  const { contexts, reloadSignal } = settings;
  const { face } = contexts.fallback;
  const warn = createReloadReporter({}, systemClock, new Notices(emitProcessWarning));
  const tls = new TlsContexts({
    contexts,
    // A reload of the shield may bring another listener.
    emitReload: (event) => {
      (face?.shield.emitReload ?? warn)(event);
    },
  });
  own.push(tls);
  const server = makeServer(settings, tls.settings, listener);
  tls.attach(server);
  if (face === undefined) captureFirst(server);
  else {
    const { shield } = face;
    const gate = receive(server, settings, shield);
    guardServer(server, { ...settings, shield, gate, choose: chooseByHost(contexts) });
  }
  const reload = async (by: ReloadCause, changes?: ShieldChanges): Promise<void> => {
    if (changes !== undefined && face === undefined) {
      throw new ConfigError(
        "changes",
        "have no shield of this server to go to",
        "Call reload(changes) of what mtls() returned.",
      );
    }
    const shields = new Set(contexts.all.flatMap((context) => context.face?.shield ?? []));
    const parts = [...shields].map((shield) =>
      shield.reload(shield === face?.shield ? changes : undefined, by),
    );
    // Each part that can be reloaded is, and whoever called hears of the first that cannot.
    const results = await Promise.allSettled([...parts, reloadTls(tls, by)]);
    const failed = results.find(({ status }) => status === "rejected");
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  };
  const stop = reloadOnSignal(reloadSignal, () => reload("signal"));
  own.push({ close: stop });
  return Object.assign(server, {
    reload: (changes?: ShieldChanges) => reload("call", changes),
  });
}

/** Bounds what comes before any request; only where somebody says who is admitted can it be told whose handshakes were worth it. */
function receive(
  server: Server | Http2SecureServer,
  { handshakes, proxyProtocol }: MtlsServerSettings,
  { clock, timers, notices, count }: Shield,
): HandshakeGate | undefined {
  if (handshakes === undefined && proxyProtocol === undefined) return undefined;
  const refused = (bound: string, message: string): void => {
    notices.once(`connection ${bound}`, { option: bound, message });
    count("mtls_shield_connections_refused_total", { bound });
  };
  const gate =
    handshakes &&
    new HandshakeGate({
      limits: handshakes,
      clock: () => eventTime(clock),
      onRefused: (bound) => {
        refused(`handshakes.${bound}`, "connections are refused: clients cost more than it allows");
      },
    });
  receiveConnections(server, {
    gate,
    proxyProtocol,
    timers,
    onRefusedProxy: ({ peer = "unix", problem }) => {
      refused("proxyProtocol", `connections are refused, such as one from ${peer}: ${problem}`);
    },
  });
  return gate;
}

async function reloadTls(tls: TlsContexts, by: ReloadCause): Promise<void> {
  await Promise.resolve();
  tls.reload(by);
}

function makeServer(
  { isHttp2, tls }: MtlsServerSettings,
  contextSettings: ServerOptions,
  listener: Listener,
): Server | Http2SecureServer {
  const bounds = serverBounds(tls);
  const all = { ...tls, ...contextSettings, ...bounds };
  if (!isHttp2) return createServer(all, listener);
  const { settings } = all as SecureServerOptions;
  const http2Options: SecureServerOptions = {
    allowHTTP1: true,
    ...all,
    settings: { ...http2Limits, ...settings },
  };
  const server = createSecureServer(http2Options, listener as never);
  // For clients of HTTP/1, Node 20 and 22 take these limits of the server itself only.
  return Object.assign(server, bounds);
}

/** Reading a chain consumes it: whoever reads first has it, and the application's shield may come late. */
function captureFirst(server: EventEmitter): void {
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    TlsConnection.of(socket, socket).capture();
  });
}
