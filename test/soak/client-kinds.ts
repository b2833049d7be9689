import { Agent } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { connect } from "node:tls";
import {
  authority,
  brokenCertificates,
  type IssuedChain,
  type TestAuthority,
  type TestCertificate,
} from "@mtls-shield/testkit";
import {
  callHttp,
  callHttp2,
  callPlain,
  callRaw,
  type Client,
  type Outcome,
} from "./soak-client.ts";

/** One way of calling: what it does once, of which the outcome is known beforehand. */
export interface ClientKind {
  readonly name: string;
  readonly isGood: boolean;
  /** Makes what does it again and again, so that it may keep things from one call to the next. */
  readonly begin: (port: number) => () => Promise<Outcome>;
}

export interface Clients {
  readonly kinds: readonly ClientKind[];
  /** Roots of the broken ones: each has nothing wrong but its defect. */
  readonly trusted: readonly TestCertificate[];
  readonly revoked: readonly TestCertificate[];
  /** Whose lists the servers need: those above the good clients. */
  readonly signers: readonly TestCertificate[];
}

const upgrade = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** Every kind: good ones, each trap of a TLS server, and each broken certificate that a client can present. */
export function makeClients(ca: TestAuthority): Clients {
  const intermediate = ca.intermediate();
  const ann = ca.client({ commonName: "ann", dnsNames: ["ann.corp.example"] });
  const below = intermediate.client({ commonName: "bob" });
  const admin = ca.client({ dnsNames: ["admin.corp.example"] });
  const revoked = ca.client({ commonName: "revoked" });
  const stranger = authority().client();
  const broken = Object.values(brokenCertificates)
    .filter(({ handshake }) => handshake)
    .map(({ name, make }) => ({ name, chain: make({ commonName: `Root of ${name}` }) }));
  return {
    kinds: [
      ...goodKinds({ ann, below, admin }),
      ...badKinds({ ann, stranger, revoked }),
      ...broken.map(({ name, chain }) => bad(name, (port) => callHttp(port, chain))),
    ],
    // With the intermediate: where TLS hides it, the configured one has to do.
    trusted: [ca.certificate, intermediate.certificate, ...broken.map(({ chain }) => chain.root)],
    revoked: [revoked.leaf],
    signers: [ca.certificate, intermediate.certificate],
  };
}

function bad(name: string, call: (port: number) => Promise<Outcome>): ClientKind {
  return { name, isGood: false, begin: (port) => () => call(port) };
}

function good(name: string, call: (port: number) => Promise<Outcome>): ClientKind {
  return { name, isGood: true, begin: (port) => () => call(port) };
}

function goodKinds({
  ann,
  below,
  admin,
}: Readonly<Record<"ann" | "below" | "admin", IssuedChain>>): readonly ClientKind[] {
  return [
    good("good: a new connection each time", (port) => callHttp(port, ann)),
    good("good: below an intermediate", (port) => callHttp(port, below)),
    good("good: the administrator", (port) => callHttp(port, admin, { path: "/admin/users" })),
    good("good: with a body", (port) =>
      callHttp(port, ann, { method: "POST", body: Buffer.alloc(50_000) }),
    ),
    good("good: that waits for 100", (port) =>
      callHttp(port, ann, {
        method: "POST",
        body: Buffer.from("{}"),
        headers: { expect: "100-continue" },
      }),
    ),
    good("good: with headers of 20 KB", (port) =>
      callHttp(port, ann, { headers: { "x-long": "a".repeat(20_000) } }),
    ),
    good("good: nobody, of what is for anyone", (port) =>
      callHttp(port, undefined, { path: "/health" }),
    ),
    kept("good: a kept connection", ann),
    resumed("good: a resumed session of TLS 1.3", below, "TLSv1.3"),
    resumed("good: a resumed session of TLS 1.2", below, "TLSv1.2"),
  ];
}

function kept(name: string, client: Client): ClientKind {
  return {
    name,
    isGood: true,
    begin: (port) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      return () => callHttp(port, client, { agent });
    },
  };
}

/** Offers what it was given in the last call; with other certificates on the server the session may not be taken. */
function resumed(name: string, client: Client, tlsVersion: "TLSv1.2" | "TLSv1.3"): ClientKind {
  return {
    name,
    isGood: true,
    begin: (port) => {
      let session: Buffer | undefined;
      const onSession = (given: Buffer): void => {
        session = given;
      };
      return () => callHttp(port, client, { session, tlsVersion, onSession });
    },
  };
}

function badKinds({
  ann,
  stranger,
  revoked,
}: Readonly<Record<"ann" | "stranger" | "revoked", IssuedChain>>): readonly ClientKind[] {
  const spoofed = {
    "client-cert": `:${Buffer.from(ann.leaf.der).toString("base64")}:`,
    "x-forwarded-client-cert": `Hash=${ann.leaf.fingerprint}`,
    "x-ssl-client-verify": "SUCCESS",
  };
  const raw = (lines: readonly string[], client?: Client) => (port: number) =>
    callRaw(port, client, [...lines, "", ""].join("\r\n"));
  return [
    bad("nobody", (port) => callHttp(port, undefined)),
    bad("a stranger", (port) => callHttp(port, stranger)),
    bad("a revoked client", (port) => callHttp(port, revoked)),
    bad("a client that may not do this", (port) => callHttp(port, ann, { path: "/admin/users" })),
    bad("another spelling of the path", (port) =>
      callHttp(port, ann, { path: "/%61dmin//users/" }),
    ),
    bad("nobody with a forged header", (port) => callHttp(port, undefined, { headers: spoofed })),
    bad("a stranger on a resumed session", resuming(stranger)),
    bad("nobody on a resumed session", resuming(undefined)),
    bad("nobody over HTTP/2", (port) => callHttp2(port, undefined)),
    bad("a stranger over HTTP/2", (port) => callHttp2(port, stranger)),
    bad("nobody who upgrades", (port) => callHttp(port, undefined, { headers: upgrade })),
    bad("a revoked client that upgrades", (port) => callHttp(port, revoked, { headers: upgrade })),
    bad("nobody who tunnels", raw(["CONNECT internal:443 HTTP/1.1", "Host: internal:443"])),
    bad(
      "nobody who waits for 100",
      raw(["POST / HTTP/1.1", "Host: localhost", "Expect: 100-continue", "Content-Length: 9"]),
    ),
    bad("nobody with a long body", (port) =>
      callHttp(port, undefined, { method: "POST", body: Buffer.alloc(1_000_000) }),
    ),
    bad("two hosts", raw(["GET / HTTP/1.1", "Host: localhost", "Host: other"])),
    bad(
      "a chunked body within a body",
      raw([
        "POST / HTTP/1.1",
        "Host: localhost",
        "Content-Length: 4",
        "Transfer-Encoding: chunked",
        "",
        "0",
      ]),
    ),
    bad("a flood of headers", (port) =>
      callHttp(port, ann, { headers: { "x-long": "a".repeat(60_000) } }),
    ),
    bad("no TLS at all", (port) => callPlain(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
    bad("bytes that are no TLS", (port) => callPlain(port, Buffer.alloc(300, 0x16))),
    bad("a client that hangs up in the handshake", hangUp),
  ];
}

/** Once to get a session, and then with it. */
function resuming(client: Client | undefined): (port: number) => Promise<Outcome> {
  return async (port) => {
    let session: Buffer | undefined;
    const first = await callHttp(port, client, {
      onSession: (given) => {
        session = given;
      },
    });
    return first.type === "answer" && first.status < 300
      ? first
      : callHttp(port, client, { session });
  };
}

async function hangUp(port: number): Promise<Outcome> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  socket.on("error", () => undefined);
  await wait(2);
  socket.destroy();
  return { type: "ended", why: "by the client" };
}
