// Calls an API of each framework, with and without a certificate, and prints the answers as JSON.
import { once } from "node:events";
import { request } from "node:https";
import express from "express";
import Koa from "koa";
import { createShield } from "@mtls-shield/core";
import { fakeClient } from "@mtls-shield/core/testing";
import { createAuthority } from "@mtls-shield/pki";
import { createFileStore } from "@mtls-shield/stores/file";
import mtlsExpress, * as onExpress from "@mtls-shield/express";
import mtlsKoa, * as onKoa from "@mtls-shield/koa";
import mtlsNode, * as onNode from "@mtls-shield/node";
import { fakeMtls as fakeExpress } from "@mtls-shield/express/testing";
import { fakeMtls as fakeKoa } from "@mtls-shield/koa/testing";
import { fakeMtls as fakeNode } from "@mtls-shield/node/testing";

function expressApi(trust) {
  const app = express();
  app.use(mtlsExpress({ trust }));
  app.get("/whoami", (req, res) => res.send(onExpress.clientOf(req).commonName));
  return app;
}

function koaApi(trust) {
  const app = new Koa();
  app.use(mtlsKoa({ trust }));
  app.use((ctx) => {
    ctx.body = onKoa.clientOf(ctx).commonName;
  });
  return app;
}

function nodeApi(trust) {
  const shield = mtlsNode({ trust });
  return (req, res) => shield(req, res, () => res.end(onNode.clientOf(req).commonName));
}

async function call(port, ca, identity) {
  const outgoing = request({
    host: "127.0.0.1",
    port,
    path: "/whoami",
    ca,
    agent: false,
    ...identity,
  });
  outgoing.end();
  const [response] = await once(outgoing, "response");
  let text = "";
  for await (const chunk of response) text += chunk;
  return `${response.statusCode} ${response.statusCode === 200 ? text : JSON.parse(text).code}`;
}

const root = await createAuthority();
const { chainPem: cert, privateKeyPem: key } = await root.issueServer();
const client = await root.issueClient({ subject: { commonName: "consumer" } });
const ca = root.trustPem;
const answers = {};
for (const [name, api] of Object.entries({ express: expressApi, koa: koaApi, node: nodeApi })) {
  const server = onNode.createMtlsServer({ cert, key, ca }, api(ca)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  answers[name] = [
    await call(port, ca, { cert: client.chainPem, key: client.privateKeyPem }),
    await call(port, ca),
  ];
  server.close();
}
answers.functions = [createShield, fakeClient, fakeExpress, fakeKoa, fakeNode, createFileStore].map(
  (it) => typeof it,
);
answers.sameMtlsError = onExpress.MtlsError === onKoa.MtlsError;
console.log(JSON.stringify(answers));
