import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { MtlsError } from "@mtls-shield/core";
import { problemOf } from "../problem.ts";

/** Answers a refused upgrade or tunnel, for which Node makes no response, and ends the connection. */
export function refuseSocket(error: MtlsError, socket: Duplex): void {
  const { status, headers, body } = problemOf(error);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "Connection: close",
    "",
    body,
  ];
  // What the client sends meanwhile is read by nobody: it has to fit the buffers that are there.
  socket.once("finish", () => socket.destroy());
  socket.end(lines.join("\r\n"));
}
