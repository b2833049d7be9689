import type { Server } from "node:https";

import mtls, {
  clientOf,
  createMtlsServer,
  fingerprint,
  requireClient,
  spiffe,
} from "@mtls-shield/express";
import express from "express";

/** What the API needs. Certificates and keys are PEM. */
export interface ExpressApiOptions {
  /** The server's own certificate, followed by its intermediates. */
  readonly cert: string;
  readonly key: string;
  /** The root of the authority that issues the clients' certificates, and its intermediates. */
  readonly trust: string;
  /** SHA-256 of the one certificate that may administer: `openssl x509 -noout -fingerprint -sha256`. */
  readonly adminFingerprint: string;
  /** The path of the authorities' revocation lists (PEM). Left out: nobody is asked who was revoked. */
  readonly crl?: string;
}

/** An order service. Call `listen` on what it returns. */
export function createExpressApi({
  cert,
  key,
  trust,
  adminFingerprint,
  crl,
}: ExpressApiOptions): Server {
  // The first rule that matches decides. The application is only reached by a request that its rule admits.
  const shield = mtls({
    trust,
    // The file is watched: who gets on a list is refused at the next request.
    revocation: crl === undefined ? false : { crl },
    rules: [
      { match: "GET /health", allow: "anyone" },
      { match: "* /orders/**", allow: spiffe("spiffe://corp.example/orders/*") },
      { match: "* /admin/**", allow: fingerprint(adminFingerprint) },
      { match: "* /**", allow: "any-client" },
    ],
  });

  const app = express();

  app.get("/health", (_req, res) => {
    res.json({ status: "ok" });
  });

  app.get("/whoami", (req, res) => {
    const client = clientOf(req);
    res.json({ subject: client.subject, issuer: client.issuer });
  });

  app.get("/orders", (_req, res) => {
    res.json([{ id: 7, item: "padlock" }]);
  });

  // A guard asks more of one route than its rule does.
  const manager = requireClient(spiffe("spiffe://corp.example/orders/manager"));
  app.delete("/orders/:id", manager, (req, res) => {
    res.json({ deleted: req.params.id });
  });

  app.get("/admin/users", (_req, res) => {
    res.json(["alice", "bob"]);
  });

  // It stands before everything: on a server of somebody else, `app.use(shield)` does so for requests.
  return createMtlsServer({ cert, key, shield }, app);
}
