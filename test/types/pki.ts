// Compile-only: `npm run typecheck` fails when a line is accepted or refused otherwise than it says.
import { createAuthority, type IssuedCertificate } from "@mtls-shield/pki";

export async function issue(): Promise<IssuedCertificate> {
  const root = await createAuthority({ keyAlgorithm: "ecdsa-p256", validityMs: 1_000 });
  // @ts-expect-error Nobody should make RSA keys of 1024 bits.
  await createAuthority({ keyAlgorithm: "rsa-1024" });
  // @ts-expect-error A path length is for authorities.
  await root.issueClient({ pathLength: 1 });
  // @ts-expect-error The clock is the root's; what it issues follows.
  await root.createIntermediate({ clock: () => 0 });
  const client = await root.issueClient({ spiffeId: "spiffe://corp.example/orders" });
  // @ts-expect-error A bundle without a password protects nothing.
  client.toPkcs12();
  // @ts-expect-error What was issued does not change.
  client.fingerprint = "";
  return client;
}
