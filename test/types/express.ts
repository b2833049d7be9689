// Compile-only: `npm run typecheck` fails when a line is accepted or refused otherwise than it says.
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import request from "supertest";

import {
  clientOf,
  createMtlsServer,
  mtls,
  MtlsError,
  requireClient,
  spiffe,
  type ClientIdentity,
  type MtlsContext,
} from "@mtls-shield/express";
import { fakeClient, fakeMtls } from "@mtls-shield/express/testing";

const app = express();

export const isRequestHandler: RequestHandler = mtls();
app.use(mtls());
app.use("/orders", mtls(), requireClient("any-client"));

app.get("/context", (req) => {
  const context: MtlsContext | undefined = req.mtls;
  // @ts-expect-error Nobody has called mtls() for sure.
  context.authenticated;
  // @ts-expect-error Without asking whether the client is authenticated there may be none.
  context!.client.subject;
  if (context?.authenticated === true) {
    const client: ClientIdentity = context.client;
    // @ts-expect-error There is no reason against a client that is authenticated.
    context.reason;
    // @ts-expect-error An identity is not for changing.
    client.subject = "CN=admin";
    // @ts-expect-error Neither are its lists.
    client.dnsNames[0] = "admin.corp.example";
  } else if (context !== undefined) {
    context.reason.code satisfies string;
    context.client satisfies undefined;
  }
});

app.get("/decision", (req) => {
  const decision = req.mtls?.decision;
  // @ts-expect-error Only a refusal has a reason.
  decision?.reason;
  if (decision?.outcome === "deny") decision.reason.code satisfies string;
  // @ts-expect-error A rule may allow anyone, so an admitted request may have no client.
  if (decision?.outcome === "allow") decision.client.subject;
});

app.get("/client", (req) => {
  clientOf(req).spiffeId?.trustDomain satisfies string | undefined;
  // @ts-expect-error It takes the request, not its context.
  clientOf(req.mtls);
});

// A guard in front of a route leaves the inference of its parameters alone.
app.delete("/users/:id", requireClient(spiffe("spiffe://corp.example/admin/*")), (req) => {
  req.params.id satisfies string;
  // @ts-expect-error The route has no such parameter.
  req.params.name;
});
app.delete("/users/:id/keys/:key", mtls(), requireClient("any-client"), (req) => {
  [req.params.id, req.params.key] satisfies string[];
});

export const onError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!(error instanceof MtlsError)) {
    next(error);
    return;
  }
  error.code satisfies `ERR_MTLS_${string}`;
  error.decision.reason.summary satisfies string;
  res.status(error.status).set(error.headers).json({ error: error.code });
};
app.use(onError);

export const server = createMtlsServer({ ca: "", shield: mtls() }, app);
// @ts-expect-error A guard is no shield: it has nothing to put in front of a server.
createMtlsServer({ ca: "", shield: requireClient("any-client") }, app);

app.use(fakeMtls(fakeClient({ commonName: "ann" })));
app.use(fakeMtls(undefined, { rules: [{ match: "* /**", allow: "any-client" }] }));
// @ts-expect-error A fake shield trusts nobody; it is told who calls.
app.use(fakeMtls(undefined, { trust: "ca.crt" }));
// @ts-expect-error An identity is made with fakeClient(), which fills in what a test leaves out.
app.use(fakeMtls({ commonName: "ann" }));
export const call = request(app).get("/context").expect(200);
