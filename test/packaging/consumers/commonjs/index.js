// Calls an API of each framework, with and without a certificate, and prints the answers as JSON.
const { once } = require("node:events");
const { request } = require("node:https");
const express = require("express");
const Koa = require("koa");
const { createShield } = require("@mtls-shield/core");
const { fakeClient } = require("@mtls-shield/core/testing");
const { createAuthority } = require("@mtls-shield/pki");
const { createFileStore } = require("@mtls-shield/stores/file");
const onExpress = require("@mtls-shield/express");
const onKoa = require("@mtls-shield/koa");
const onNode = require("@mtls-shield/node");
const { fakeMtls: fakeExpress } = require("@mtls-shield/express/testing");
const { fakeMtls: fakeKoa } = require("@mtls-shield/koa/testing");
const { fakeMtls: fakeNode } = require("@mtls-shield/node/testing");

function expressApi(trust) {
  const app = express();
  app.use(onExpress.default({ trust }));
  app.get("/whoami", (req, res) => res.send(onExpress.clientOf(req).commonName));
  return app;
}

function koaApi(trust) {
  const app = new Koa();
  app.use(onKoa.mtls({ trust }));
  app.use((ctx) => {
    ctx.body = onKoa.clientOf(ctx).commonName;
  });
  return app;
}

function nodeApi(trust) {
  const shield = onNode.mtls({ trust });
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

async function main() {
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
  answers.functions = [
    createShield,
    fakeClient,
    fakeExpress,
    fakeKoa,
    fakeNode,
    createFileStore,
  ].map((it) => typeof it);
  answers.sameMtlsError = onExpress.MtlsError === onKoa.MtlsError;
  console.log(JSON.stringify(answers));
}

main();
