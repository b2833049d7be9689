// What a user's own unit tests do: real applications, fake clients, no TLS. Prints the answers as JSON.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError, mtls, type DecisionEvent } from "@mtls-shield/express";
import { fakeClient, fakeMtls as fakeExpress } from "@mtls-shield/express/testing";
import { fakeMtls as fakeKoa } from "@mtls-shield/koa/testing";
import { fakeMtls as fakeNode, type FakeClientFacts } from "@mtls-shield/node/testing";
import commonjs from "./commonjs.cjs";
import { createApp as createExpressApp, optionsFor, rules } from "./express-api.js";
import { createApp as createKoaApp, options as koaOptions } from "./koa-api.js";
import { createServers, summary } from "./node-api.js";

const facts: FakeClientFacts = { commonName: "ann", spiffeId: "spiffe://corp.example/admin/ann" };
const ann = fakeClient(facts);

async function call(listener: RequestListener, endpoint: string): Promise<string> {
  const [method = "", path = ""] = endpoint.split(" ");
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  const text = await response.text();
  server.close();
  server.closeAllConnections();
  return `${response.status} ${text}`;
}

const events: DecisionEvent[] = [];
const expressFor = (client: typeof ann | undefined) =>
  createExpressApp(
    fakeExpress(client, { rules, onRefusal: "next", onDecision: (event) => events.push(event) }),
  );
const koaFor = (client: typeof ann | undefined) =>
  createKoaApp(fakeKoa(client, koaOptions)).callback();
const guardOnly: RequestListener = (request, response) => {
  fakeNode(ann)(request, response, () => response.end("in"));
};

let refusedOption = "";
try {
  mtls(optionsFor("not a certificate", events));
} catch (error) {
  if (error instanceof ConfigError) refusedOption = error.option;
}

console.log(
  JSON.stringify({
    express: [
      await call(expressFor(ann), "GET /health"),
      await call(expressFor(ann), "DELETE /admin/users/7"),
      await call(expressFor(undefined), "DELETE /admin/users/7"),
    ],
    koa: [
      await call(koaFor(ann), "GET /health"),
      await call(koaFor(ann), "DELETE /admin/users/7"),
      await call(koaFor(undefined), "DELETE /admin/users/7"),
    ],
    node: await call(guardOnly, "GET /"),
    decisions: events.map(({ by, decision }) => `${by} ${decision.outcome}`),
    servers: (await createServers()).length,
    summary: summary("certificate-missing"),
    refusedOption,
    commonjs: [typeof commonjs.handler, typeof commonjs.guard, commonjs.sameFunction],
  }),
);
