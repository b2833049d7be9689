import Router from "@koa/router";
import Koa from "koa";
import mtls, {
  clientOf,
  MtlsError,
  requireClient,
  spiffe,
  type ClientIdentity,
  type MtlsMiddleware,
  type MtlsOptions,
} from "@mtls-shield/koa";

export const options: MtlsOptions = {
  required: false,
  onRefusal: (error, ctx) => {
    ctx.status = error.status;
    ctx.body = error.code;
  },
};

export function createApp(shield: MtlsMiddleware = mtls()): Koa {
  const app = new Koa();
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof MtlsError)) throw error;
      ctx.status = error.status;
      ctx.body = { error: error.code };
    }
  });
  app.use(shield);

  const router = new Router();
  router.get("/health", (ctx) => {
    const context = ctx.state.mtls;
    ctx.body = { who: context?.authenticated ? context.client.commonName : context?.reason.code };
  });
  router.get("/whoami", (ctx) => {
    const client: ClientIdentity = clientOf(ctx);
    ctx.body = { subject: client.subject };
  });
  router.delete(
    "/admin/users/:id",
    requireClient(spiffe("spiffe://corp.example/admin/*")),
    (ctx) => {
      ctx.body = { id: ctx.params["id"] };
    },
  );
  app.use(router.routes());
  return app;
}
