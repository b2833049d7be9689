import { createServer as createHttp2Server } from "node:http2";
import { createServer, type Server } from "node:https";
import {
  clientOf,
  createDenyList,
  createMtlsServer,
  httpsOptions,
  mtls,
  reasons,
  requireClient,
  type MtlsContext,
  type ReasonCode,
} from "@mtls-shield/node";
import {
  createAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from "@mtls-shield/pki";
import { createFileStore } from "@mtls-shield/stores/file";

export const summary = (code: ReasonCode): string => reasons[code].summary;

/** The same API on servers of three kinds, and what the shield says of a WebSocket's upgrade. */
export async function createServers(): Promise<readonly Server[]> {
  const root: CertificateAuthority = await createAuthority({ keyAlgorithm: "ecdsa-p384" });
  const identity: IssuedCertificate = await root.issueServer({ dnsNames: ["localhost"] });
  const tls = { cert: identity.chainPem, key: identity.privateKeyPem, ca: root.trustPem };
  const store = createFileStore({ folder: "store" });
  const shield = mtls({
    mode: "report",
    revocation: { denied: createDenyList({ store }), mode: "soft", store },
    onRevocationEvent: ({ time, type }) => {
      console.log(new Date(time), type);
    },
  });
  const guard = requireClient("any-client");

  const shielded = createMtlsServer({ ...tls, shield }, (request, response) => {
    response.end(clientOf(request).subject);
  });
  const own = createServer(httpsOptions(tls), (request, response) => {
    shield(request, response, () => {
      guard(request, response, () => response.end());
    });
  });
  own.on("upgrade", (request, socket) => {
    void shield.check(request).then((context: MtlsContext) => {
      if (context.decision.outcome === "deny") socket.destroy();
    });
  });
  createHttp2Server((request, response) => {
    shield(request, response, (error?: unknown) => response.end(String(error)));
  });
  return [shielded, own];
}
