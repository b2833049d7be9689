import { verify, type KeyObject } from "node:crypto";
import { authority, type IssuedChain, type TestAuthority } from "@mtls-shield/testkit";
import { defaultLimits } from "../../packages/core/src/base/limits.ts";
import { TrustSet } from "../../packages/core/src/path/trust-set.ts";
import { verifyClient } from "../../packages/core/src/path/verify-client.ts";
import { parseCertificate, type Certificate } from "../../packages/core/src/x509/certificate.ts";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";

/** Verifying a client that was never seen, over the bare cost of the two signature checks that this takes. */
export async function benchVerification({ quick }: Effort): Promise<readonly Figure[]> {
  const root = authority();
  const intermediate = root.intermediate();
  const clients = Array.from({ length: quick ? 10 : 100 }, (_, index) =>
    intermediate.client({
      commonName: `client ${index}`,
      spiffeId: `spiffe://corp.example/client/${index}`,
    }),
  );
  const engine = engineFor(root, intermediate);
  const bare = bareChecksFor(root, intermediate, clients);
  const ratios: number[] = [];
  const engineUs: number[] = [];
  const bareUs: number[] = [];
  const slices = quick ? 6 : 80;
  for (let slice = -5; slice < slices; slice++) {
    const [a, b] =
      slice % 2 === 0
        ? [timeEach(clients, engine), timeEach(clients, bare)]
        : [timeEach(clients, bare), timeEach(clients, engine)].reverse();
    // The first slices warm the compiler up.
    if (slice < 0 || a === undefined || b === undefined) continue;
    ratios.push(a / b);
    engineUs.push(a);
    bareUs.push(b);
  }
  return Promise.resolve([
    figure("verify.p256.ratio", ratios, "", { atMost: 1.4 }),
    figure("verify.p256.us", engineUs, "us"),
    figure("verify.p256.bareUs", bareUs, "us"),
  ]);
}

/** From the bytes of the client's certificate to the verdict; the intermediate is part of the trust set. */
function engineFor(
  root: TestAuthority,
  intermediate: TestAuthority,
): (client: IssuedChain) => void {
  const trust = new TrustSet({
    name: "bench",
    anchors: [parse(root.certificate.der)],
    intermediates: [parse(intermediate.certificate.der)],
    pinned: new Set(),
  });
  const context = { now: Date.now(), clientAuthUsage: "if-present" } as const;
  return ({ leaf }) => {
    const { outcome } = verifyClient(parse(leaf.der), [], trust, context, defaultLimits);
    if (outcome !== "verified") throw new Error("the client was refused");
  };
}

function bareChecksFor(
  root: TestAuthority,
  intermediate: TestAuthority,
  clients: readonly IssuedChain[],
): (client: IssuedChain) => void {
  const parsed = new Map(clients.map(({ leaf }) => [leaf, parse(leaf.der)]));
  const authorityCertificate = parse(intermediate.certificate.der);
  const check = ({ signedBytes, signature }: Certificate, key: KeyObject): void => {
    if (!verify("sha256", signedBytes, key, signature))
      throw new Error("the signature is not valid");
  };
  return ({ leaf }) => {
    check(parsed.get(leaf) as Certificate, intermediate.certificate.publicKey);
    check(authorityCertificate, root.certificate.publicKey);
  };
}

function timeEach(clients: readonly IssuedChain[], run: (client: IssuedChain) => void): number {
  const start = process.hrtime.bigint();
  for (const client of clients) run(client);
  return Number(process.hrtime.bigint() - start) / 1_000 / clients.length;
}

function parse(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  if (typeof certificate === "string") throw new Error(certificate);
  return certificate;
}
