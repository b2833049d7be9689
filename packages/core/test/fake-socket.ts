import type { X509Certificate } from "node:crypto";

import type { TestCertificate } from "@mtls-shield/testkit";

import { TlsConnection, type TlsPeer } from "../src/sources/tls-connection.ts";

type HasDer = Pick<TestCertificate, "der">;

/** A server's settings, as Node keeps them on `tls.Server`; without contexts and callback, as most servers are. */
export function fakeServer(settings: Readonly<Record<string, unknown>> = {}): object {
  return { _contexts: [], [Symbol("snicallback")]: undefined, requestCert: true, ...settings };
}

export interface FakeSocket extends TlsPeer {
  /** What the client presents from now on. */
  show(...certificates: readonly HasDer[]): void;
  /** How often the certificates were asked for. */
  readonly reads: number;
}

/** A TLS socket without TLS: it shows a chain once and the leaf alone after, as Node does. */
export function fakeSocket(
  certificates: readonly HasDer[],
  facts: Partial<Pick<TlsPeer, "authorized" | "server">> & {
    readonly protocol?: string | null;
    readonly isReused?: boolean;
  } = {},
): FakeSocket {
  const { protocol = "TLSv1.3", isReused = false, ...others } = facts;
  let shown: readonly HasDer[] = certificates;
  let reads = 0;
  return {
    encrypted: true,
    server: fakeServer(),
    ...others,
    get reads() {
      return reads;
    },
    show(...next) {
      shown = next;
    },
    getPeerX509Certificate() {
      reads++;
      const chain = linked(shown);
      shown = shown.slice(0, 1);
      return chain;
    },
    getProtocol: () => protocol,
    isSessionReused: () => isReused,
  };
}

/** A connection over a fake socket. */
export function fakeConnection(...parameters: Parameters<typeof fakeSocket>): TlsConnection {
  const socket = fakeSocket(...parameters);
  return TlsConnection.of(socket, socket);
}

/** Certificates that know their issuers, as Node links those of a peer. */
function linked([first, ...others]: readonly HasDer[]): X509Certificate | undefined {
  if (first === undefined) return undefined;
  const certificate = { raw: Buffer.from(first.der), issuerCertificate: linked(others) };
  return certificate as unknown as X509Certificate;
}
