// Compile-only: `npm run typecheck` fails when a line is accepted or refused otherwise than it says.
import { createServer as createHttp2Server } from "node:http2";
import { createServer, type Server } from "node:https";

import {
  clientOf,
  createMtlsServer,
  httpsOptions,
  mtls,
  requireClient,
  type MtlsContext,
} from "@mtls-shield/node";
import { fakeClient, fakeMtls } from "@mtls-shield/node/testing";

const shield = mtls();

export const server: Server = createMtlsServer({ ca: "", shield }, (request, response) => {
  response.end(clientOf(request).subject);
});
// @ts-expect-error A server without an application answers nobody.
createMtlsServer({ ca: "" });

createServer(httpsOptions({ ca: "", key: "", cert: "" }), (request, response) => {
  shield(request, response, () => {
    requireClient("any-client")(request, response, (error?: unknown) =>
      response.end(String(error)),
    );
  });
});

createHttp2Server((request, response) => {
  shield(request, response, () => response.end(clientOf(request).subject));
});

server.on("upgrade", (request) => {
  const checked: Promise<MtlsContext> = shield.check(request);
  // @ts-expect-error It has to be waited for.
  checked.authenticated;
});

// @ts-expect-error A shield cannot let a request in without somewhere to go.
shield({} as never, {} as never);

fakeMtls(fakeClient({ dnsNames: ["a.corp.example"], spiffeId: "spiffe://corp.example/a" }));
// @ts-expect-error A SPIFFE ID is given as text.
fakeClient({ spiffeId: { id: "spiffe://corp.example/a" } });
