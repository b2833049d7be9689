import { X509Certificate } from "node:crypto";

import type { IssuedChain, TestAuthority } from "@mtls-shield/testkit";

import type { ClientIdentity } from "../../src/identity/client-identity.ts";
import type { TrustSetOptions } from "../../src/path/trust-input.ts";
import type { Rule } from "../../src/policy/rule.ts";
import { createShield } from "../../src/shield.ts";
import type { MtlsContext } from "../../src/decision/decision.ts";
import { TlsConnection, type TlsPeer } from "../../src/sources/tls-connection.ts";

/** What the engine says of a client that presents itself over TLS, under one rule for everything. */
export function contextOf(
  issued: IssuedChain,
  rule: Pick<Rule, "allow" | "deny" | "trust">,
  trust: Readonly<Record<string, TrustSetOptions>> = { test: trustIn(issued) },
): MtlsContext {
  const shield = createShield({ trust, rules: [{ match: "* /**", ...rule }] });
  const peer: TlsPeer = {
    encrypted: true,
    getPeerX509Certificate: () => new X509Certificate(issued.leaf.der),
  };
  return shield.decide({
    method: "GET",
    overrideMethods: [],
    target: "/",
    rewrittenTargets: [],
    hosts: ["localhost"],
    connection: TlsConnection.of(peer, peer),
  });
}

/** Whether a matcher admits a client, after everything that comes before it. */
export function admits(allow: Rule["allow"], issued: IssuedChain): boolean {
  const { authenticated, decision } = contextOf(issued, { allow });
  if (!authenticated) throw new Error("The client was not verified.");
  return decision.outcome === "allow";
}

/** The identity that the engine reads from a certificate. */
export function identityOf(issued: IssuedChain): ClientIdentity {
  const context = contextOf(issued, { allow: "any-client" });
  if (!context.authenticated) throw new Error(context.reason.summary);
  return context.client;
}

/** Trust in the authority that issued a client. */
export function trustIn({ chain, root }: IssuedChain | TestAuthority): TrustSetOptions {
  const others = chain.slice(1).map(({ pem }) => pem);
  return { roots: root.pem, ...(others.length === 0 ? {} : { intermediates: others }) };
}
