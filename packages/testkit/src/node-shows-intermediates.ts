import { createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import { callApi } from "./call-api.ts";
import { startServer } from "./running-server.ts";
import { authority } from "./test-authority.ts";

/** Whether this Node shows the intermediates that a client sends: 24.21 and 26.8 show none (nodejs/node#65579). */
export async function nodeShowsIntermediates(): Promise<boolean> {
  const ca = authority();
  const { leaf, chainPem } = ca.server();
  const server = createServer(
    { key: leaf.privateKeyPem, cert: chainPem, ca: ca.root.pem, requestCert: true },
    (request, response) => {
      const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
      response.end(JSON.stringify({ shown: certificate?.issuerCertificate !== undefined }));
    },
  );
  const { port, close } = await startServer(server);
  const { json } = await callApi({ port, client: ca.intermediate().client() });
  await close();
  return json["shown"] === true;
}
