// What the small examples share: a throw-away authority, a server with a certificate of it, and a client for `curl`.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";

import { createAuthority } from "@mtls-shield/pki";

import { temporaryFolder } from "./temporary-folder.ts";

/** What a server needs. All are PEM. */
export interface ExampleOptions {
  readonly cert: string;
  readonly key: string;
  /** The root of the authority that issues the clients' certificates. */
  readonly trust: string;
}

/** Starts an example and says how to call it. HOST and PORT say where it listens. */
export async function startExample(
  name: string,
  create: (options: ExampleOptions) => Server | Promise<Server>,
): Promise<void> {
  const { HOST = "localhost", PORT = "8443" } = process.env;
  const root = await createAuthority({ subject: { commonName: "Throw-away Root" } });
  const { chainPem, privateKeyPem } = await root.issueServer();
  const orders = await root.issueClient({ spiffeId: "spiffe://corp.example/orders" });
  const folder = temporaryFolder();
  writeFileSync(join(folder, "ca.crt"), root.trustPem);
  writeFileSync(join(folder, "orders.crt"), orders.chainPem);
  writeFileSync(join(folder, "orders.key"), orders.privateKeyPem, { mode: 0o600 });
  const server = await create({ cert: chainPem, key: privateKeyPem, trust: root.trustPem });
  server.listen(Number(PORT), HOST);
  await once(server, "listening");
  const address = `https://${HOST}:${(server.address() as AddressInfo).port}`;
  const client = `--cacert ${folder}/ca.crt --cert ${folder}/orders.crt --key ${folder}/orders.key`;
  console.log(`The ${name} example listens on ${address}. Until you press Ctrl-C, try:
  curl ${client} ${address}/whoami`);
}
