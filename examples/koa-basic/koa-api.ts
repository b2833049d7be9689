import type { Server } from "node:https";

import Router from "@koa/router";
import mtls, {
  clientOf,
  createMtlsServer,
  fingerprint,
  requireClient,
  spiffe,
} from "@mtls-shield/koa";
import Koa from "koa";

/** What the API needs. Certificates and keys are PEM. */
export interface KoaApiOptions {
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
export function createKoaApi({ cert, key, trust, adminFingerprint, crl }: KoaApiOptions): Server {
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

  const app = new Koa();

  const router = new Router();

  router.get("/health", (ctx) => {
    ctx.body = { status: "ok" };
  });

  router.get("/whoami", (ctx) => {
    const client = clientOf(ctx);
    ctx.body = { subject: client.subject, issuer: client.issuer };
  });

  router.get("/orders", (ctx) => {
    ctx.body = [{ id: 7, item: "padlock" }];
  });

  // A guard asks more of one route than its rule does.
  const manager = requireClient(spiffe("spiffe://corp.example/orders/manager"));
  router.delete("/orders/:id", manager, (ctx) => {
    ctx.body = { deleted: ctx.params["id"] };
  });

  router.get("/admin/users", (ctx) => {
    ctx.body = ["alice", "bob"];
  });

  app.use(router.routes());

  // It stands before everything: on a server of somebody else, `app.use(shield)` does so for requests.
  return createMtlsServer({ cert, key, shield }, app);
}
