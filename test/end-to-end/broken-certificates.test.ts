import { expect } from "chai";
import express from "express";
import { createMtlsServer, mtls } from "@mtls-shield/express";
import {
  authority,
  brokenCertificates,
  callApi,
  nodeShowsIntermediates,
  soundChain,
  startServer,
} from "@mtls-shield/testkit";

describe("certificates with one defect, over a real handshake", () => {
  const server = authority().server();

  /** The outcome of one call with this chain, of an API that trusts its root. */
  async function call({ root, chainPem, leaf }: ReturnType<typeof soundChain>): Promise<unknown> {
    let handlerRan = false;
    const app = express();
    app.use(mtls({ trust: root.pem, onWarning: () => undefined }));
    app.use((_req, res) => {
      handlerRan = true;
      res.json({});
    });
    const { leaf: own } = server;
    const tls = { key: own.privateKeyPem, cert: server.chainPem, ca: root.pem };
    const { port, close } = await startServer(createMtlsServer(tls, app));
    try {
      const { status, json } = await callApi({ port, client: { chainPem, leaf } });
      expect(handlerRan).to.equal(status === 200);
      return json["code"] ?? status;
    } finally {
      await close();
    }
  }

  /** Where Node hides intermediates their defects cannot be seen, only that they are missing. */
  let showsIntermediates = false;
  before(async () => {
    showsIntermediates = await nodeShowsIntermediates();
  });

  it("admits the same chain without a defect", async () => {
    expect(await call(soundChain())).to.equal(showsIntermediates ? 200 : "chain-incomplete");
  });

  for (const { name, defect, expected, handshake, make } of Object.values(brokenCertificates)) {
    if (!handshake) continue;
    it(`refuses ${name}: ${defect}`, async () => {
      const chain = make();
      const outcome = await call(chain).catch((error: unknown) => {
        // A newer OpenSSL may refuse to send, or to accept, what an older one lets through: no way in either.
        expect((error as NodeJS.ErrnoException).code).to.match(
          /^(ERR_(OSSL|SSL|TLS)|ECONNRESET|EPIPE)/,
        );
        return "handshake refused";
      });
      const isSeen = showsIntermediates || chain.chain.length === 1;
      const allowed = isSeen ? [expected] : [expected, "chain-incomplete", "issuer-unknown"];
      expect(outcome).to.be.oneOf([...allowed, "handshake refused"]);
    });
  }
});
