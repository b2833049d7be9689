import type { EventEmitter } from "node:events";
import type { Server as HttpServer } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import { ConfigError, type Shield } from "@mtls-shield/core";
import { eventTime, readObject } from "@mtls-shield/core/adapter";
import { faceOf } from "../faces.ts";
import type { Face } from "../judge-request.ts";
import type { MtlsHandler } from "../mtls.ts";
import type { HandshakeGate } from "./arrivals/handshake-gate.ts";
import { LivingConnections } from "./connections/living-connections.ts";
import { ServerGuard, type ServerGuardOptions } from "./server-guard.ts";
import { refuseInsecureParser } from "./start-checks.ts";

/** A server of Node that speaks HTTP. */
export type ProtectableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** Options of `protectServer`. */
export interface ProtectOptions {
  /**
   * How long a connection may live, in milliseconds, whatever its client: then it has to connect anew. Default: as long as its
   * client is admitted.
   */
  readonly maxConnectionAgeMs?: number;
}

/**
 * Puts a shield in front of everything that a server does: requests, upgrades (WebSocket), tunnels (CONNECT), `Expect:
 * 100-continue`, raw HTTP/2 streams. Call it before connections come. Connections end when their client would be refused.
 */
export function protectServer<Server extends ProtectableServer>(
  server: Server,
  shield: Pick<MtlsHandler, "handle">,
  options: ProtectOptions = {},
): Server {
  refuseInsecureParser(process, server);
  const face = requireFace(shield, "shield");
  const { maxConnectionAgeMs } = readObject(
    options,
    ["maxConnectionAgeMs"],
    "",
    "{ maxConnectionAgeMs: 3_600_000 }",
  );
  guardServer(server, {
    shield: face.shield,
    maxConnectionAgeMs: readAge(maxConnectionAgeMs),
    choose: () => ({ face, refusal: undefined }),
  });
  return server;
}

export interface GuardOptions {
  /** By whose clock the server goes, and whose reloads it follows. */
  readonly shield: Shield;
  readonly maxConnectionAgeMs: number | undefined;
  readonly choose: ServerGuardOptions["choose"];
  readonly gate?: HandshakeGate | undefined;
}

/** Guards a server until it closes. */
export function guardServer(
  server: EventEmitter,
  { shield, maxConnectionAgeMs, choose, gate }: GuardOptions,
): void {
  const { timers } = shield;
  const clock = (): number => eventTime(shield.clock);
  const connections = new LivingConnections({ clock, timers, maxConnectionAgeMs });
  new ServerGuard(server, { connections, choose, gate });
  const forget = shield.onReloaded(() => {
    connections.sweep();
  });
  server.once("close", () => {
    forget();
    connections.close();
  });
}

/** The shield behind what `mtls()` returned, of any framework. */
export function requireFace(handler: unknown, option: string): Face {
  const face = faceOf(handler);
  if (face !== undefined) return face;
  throw new ConfigError(
    option,
    "is not what mtls() returns",
    "Pass shield: mtls({ trust, rules }), or leave it out.",
  );
}

export function readAge(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= 1_000 && Number.isFinite(value)) return value;
  throw new ConfigError(
    "maxConnectionAgeMs",
    "is not a number of milliseconds from 1000 up",
    "Write 3_600_000 for an hour, or leave it out.",
  );
}
