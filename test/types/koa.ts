// Compile-only: `npm run typecheck` fails when a line is accepted or refused otherwise than it says.
import type { IncomingMessage, ServerResponse } from "node:http";

import Router from "@koa/router";
import Koa, { type Middleware } from "koa";

import {
  clientOf,
  createMtlsServer,
  mtls,
  requireClient,
  spiffe,
  type ClientIdentity,
  type MtlsContext,
  type MtlsError,
} from "@mtls-shield/koa";
import { fakeClient, fakeMtls } from "@mtls-shield/koa/testing";

const app = new Koa();

export const isMiddleware: Middleware = mtls();
app.use(mtls());

app.use((ctx) => {
  const context: MtlsContext | undefined = ctx.state.mtls;
  // @ts-expect-error Nobody has called mtls() for sure.
  context.authenticated;
  // @ts-expect-error Without asking whether the client is authenticated there may be none.
  context!.client.subject;
  if (context?.authenticated === true) context.client satisfies ClientIdentity;
  else if (context !== undefined) context.reason.code satisfies string;
});

app.use((ctx) => {
  ctx.body = clientOf(ctx).subject;
  // @ts-expect-error It takes Koa's context, not Node's request.
  clientOf(ctx.req);
});

const router = new Router();
router.delete("/users/:id", requireClient(spiffe("spiffe://corp.example/admin/*")), (ctx) => {
  ctx.params["id"] satisfies string | undefined;
  ctx.state.mtls?.decision satisfies MtlsContext["decision"] | undefined;
});
app.use(router.routes());

app.use(mtls({ onRefusal: "next" }));
app.use(
  mtls({
    onRefusal: (error, ctx) => {
      error satisfies MtlsError;
      ctx.status = error.status;
    },
  }),
);
app.use(
  mtls({
    // @ts-expect-error Koa's own answer has a context; request and response are Node's.
    onRefusal: (error: MtlsError, _request: IncomingMessage, response: ServerResponse) => {
      response.end(error.code);
    },
  }),
);

export const server = createMtlsServer({ ca: "", shield: mtls() }, app);

app.use(fakeMtls(fakeClient({ spiffeId: "spiffe://corp.example/orders" })));
app.use(fakeMtls(undefined, { onRefusal: (error, ctx) => ctx.throw(error.status) }));
