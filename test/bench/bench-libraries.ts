import { authority, type IssuedChain, type TestCertificate } from "@mtls-shield/testkit";
import { createTrustSet, verifyChain } from "@mtls-shield/core";
import forge from "node-forge";
import * as pkijs from "pkijs";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";
import { timeInTurns } from "./paired.ts";

/** How many times faster the engine verifies the chain of a client that was never seen than other libraries do. */
export async function benchLibraries({ quick }: Effort): Promise<readonly Figure[]> {
  const slices = quick ? 6 : 30;
  const ecdsa = issueClients("ecdsa-p256", quick ? 3 : 50);
  const beside = await timeInTurns(
    ecdsa.clients,
    slices,
    verifyWithPkijs(ecdsa.root),
    verifyWithEngine(ecdsa.root),
  );
  // node-forge knows RSA only.
  const rsa = issueClients("rsa-2048", quick ? 3 : 30);
  const besideForge = await timeInTurns(
    rsa.clients,
    slices,
    verifyWithForge(rsa.root),
    verifyWithEngine(rsa.root),
  );
  return [
    figure("verify.vs.pkijs", beside.ratios, "", { atLeast: 30 }),
    figure("verify.pkijs.us", beside.first, "us"),
    figure("verify.vs.forge", besideForge.ratios, "", { atLeast: 20 }),
    figure("verify.forge.us", besideForge.first, "us"),
  ];
}

/** A root that everybody has prepared, an intermediate and its clients: whose bytes come with each, as from a TLS connection. */
function issueClients(keyAlgorithm: "ecdsa-p256" | "rsa-2048", count: number) {
  const root = authority({ keyAlgorithm });
  const intermediate = root.intermediate({ keyAlgorithm });
  const clients = Array.from({ length: count }, (_, index) =>
    intermediate.client({ commonName: `client ${index}`, keyAlgorithm }),
  );
  return { root: root.certificate, clients };
}

function verifyWithEngine(root: TestCertificate): (client: IssuedChain) => void {
  const trust = createTrustSet({ anchors: root.der });
  const time = Date.now();
  return ({ chain: [leaf, ...intermediates] }) => {
    const { outcome } = verifyChain({
      leaf: (leaf as TestCertificate).der,
      intermediates: intermediates.map(({ der }) => der),
      trust,
      time,
      purpose: "client",
    });
    if (outcome !== "verified") throw new Error("the client was refused");
  };
}

function verifyWithPkijs(root: TestCertificate): (client: IssuedChain) => Promise<void> {
  const trustedCerts = [parseWithPkijs(root)];
  return async ({ chain: [leaf, ...intermediates] }) => {
    // Its documentation: the certificate that is judged comes last.
    const certs = [...intermediates, leaf as TestCertificate].map(parseWithPkijs);
    const engine = new pkijs.CertificateChainValidationEngine({ trustedCerts, certs });
    const { result, resultMessage } = await engine.verify();
    if (!result) throw new Error(resultMessage);
  };
}

function parseWithPkijs({ der }: TestCertificate): pkijs.Certificate {
  return pkijs.Certificate.fromBER(der);
}

function verifyWithForge(root: TestCertificate): (client: IssuedChain) => void {
  const store = forge.pki.createCaStore([parseWithForge(root)]);
  return ({ chain }) => {
    if (!forge.pki.verifyCertificateChain(store, chain.map(parseWithForge))) {
      throw new Error("the client was refused");
    }
  };
}

function parseWithForge({ der }: TestCertificate): forge.pki.Certificate {
  const bytes = forge.util.createBuffer(Buffer.from(der).toString("latin1"));
  return forge.pki.certificateFromAsn1(forge.asn1.fromDer(bytes));
}
