import type { ReasonCode } from "@mtls-shield/core";

import type { Connection } from "./call-api.ts";
import type { ClientName } from "./pki.ts";

/** One line of the table: who calls what over which connection, and what the answer must be. */
export interface Scenario {
  /** The heading under which the table has it. */
  readonly chapter: string;
  readonly endpoint: string;
  /** The client, as the table names it. */
  readonly client: string;
  /** Undefined: no certificate. */
  readonly certificate: ClientName | "shortLived" | undefined;
  /** On one that is not new, the client calls twice. */
  readonly connection: Connection;
  readonly expected: Expected;
}

/** A status, and with a refusal its reason. */
export interface Expected {
  readonly status: number;
  readonly code?: ReasonCode;
  /** The status of the call beforehand, on a connection that is not new. */
  readonly firstStatus?: number;
}

type Line = Omit<Scenario, "chapter">;

const ok: Expected = { status: 200 };
const refused = (code: ReasonCode): Expected => ({ status: 403, code });
const missing = refused("certificate-missing");
const unknown = refused("issuer-unknown");
const expired = refused("certificate-expired");
const revoked = refused("certificate-revoked");
const notAllowed = refused("client-not-allowed");
const ambiguous: Expected = { status: 400, code: "target-ambiguous" };

/** Everything that each API is asked, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  ...chapter("Anyone, and any client", [
    call("GET /health", "no certificate", undefined, ok),
    call("GET /whoami", "no certificate", undefined, missing),
    call("GET /whoami", "right certificate", "orders", ok),
  ]),

  ...chapter("Some clients, by their SPIFFE ID", [
    call("GET /orders", "right certificate", "orders", ok),
    call("GET /orders", "certificate below an intermediate", "belowIntermediate", ok),
    call("GET /orders", "no certificate", undefined, missing),
    call("GET /orders", "another CA's", "otherAuthority", unknown),
    call("GET /orders", "another CA's, under our CA's name", "sameAuthorityName", unknown),
    call("GET /orders", "self-signed", "selfSigned", refused("certificate-self-signed")),
    call("GET /orders", "expired", "expired", expired),
    call("GET /orders", "not yet valid", "notYetValid", refused("certificate-not-yet-valid")),
    call("GET /orders", "a server's certificate", "server", refused("extended-key-usage-invalid")),
  ]),

  ...chapter("A guard on one route", [
    call("DELETE /orders/7", "the one that the guard admits", "manager", ok),
    call("DELETE /orders/7", "right certificate for the others", "orders", notAllowed),
  ]),

  ...chapter("One client, by its fingerprint", [
    call("GET /admin/users", "the pinned one", "admin", ok),
    call("GET /admin/users", "right CA and name, not the pinned", "notPinned", notAllowed),
    call("GET /admin/users", "right certificate, other endpoint", "orders", notAllowed),
  ]),

  ...chapter("The same endpoint in other spellings", [
    call("GET /ADMIN/Users/", "the pinned one", "admin", ok),
    call("GET /ADMIN/Users/", "right certificate, other endpoint", "orders", notAllowed),
    call("GET /%61dmin/users", "right certificate, other endpoint", "orders", notAllowed),
    call("GET //admin//users", "right certificate, other endpoint", "orders", notAllowed),
    call("GET /orders/../admin/users", "right certificate, other endpoint", "orders", notAllowed),
    call("GET /orders%2F..%2Fadmin", "right certificate, other endpoint", "orders", ambiguous),
  ]),

  ...chapter("Revoked by a list", [
    call("GET /orders", "revoked", "revoked", revoked),
    call("GET /orders", "on hold", "onHold", refused("certificate-on-hold")),
    call("GET /orders", "below an authority that was revoked", "belowRevoked", revoked),
  ]),

  // Certificates expire while these wait, so they come last.
  ...chapter("A second call: TLS session resumed, or connection kept", [
    again("resumed", "right certificate, resumed", "orders", 200, ok),
    again("resumed", "no certificate, resumed", undefined, 403, missing),
    again("resumed", "expired since, resumed", "shortLived", 200, expired),
    again("kept", "expired since, kept", "shortLived", 200, expired),
    again("resumed", "revoked since, resumed", "revokedLater", 200, revoked),
    again("kept", "revoked since, kept", "revokedLater", 200, revoked),
  ]),
];

function chapter(title: string, lines: readonly Line[]): Scenario[] {
  return lines.map((line) => ({ chapter: title, ...line }));
}

function call(
  endpoint: string,
  client: string,
  certificate: Scenario["certificate"],
  expected: Expected,
): Line {
  return { endpoint, client, certificate, connection: "new", expected };
}

function again(
  connection: "resumed" | "kept",
  client: string,
  certificate: Scenario["certificate"],
  firstStatus: number,
  expected: Expected,
): Line {
  const endpoint = "GET /orders";
  return { endpoint, client, certificate, connection, expected: { ...expected, firstStatus } };
}
