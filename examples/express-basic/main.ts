// Starts the API: `npm start`. SERVER_CERT, SERVER_KEY and CLIENT_CA name your files, ADMIN_FINGERPRINT pins your
// administrator; without any of them a throw-away authority is made, and you are told how to call.
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { createAuthority } from "@mtls-shield/pki";

import { temporaryFolder } from "../temporary-folder.ts";
import { createExpressApi, type ExpressApiOptions } from "./express-api.ts";

const { HOST = "localhost", PORT = "8443" } = process.env;
const own = ["SERVER_CERT", "SERVER_KEY", "CLIENT_CA", "ADMIN_FINGERPRINT"] as const;

const isOwn = own.some((name) => process.env[name] !== undefined);
const folder = isOwn ? undefined : temporaryFolder();
const options = folder === undefined ? ownOptions() : await throwAwayOptions(folder);

const server = createExpressApi(options).listen(Number(PORT), HOST);
await once(server, "listening");
const address = `https://${HOST}:${(server.address() as AddressInfo).port}`;
console.log(`The Express API listens on ${address}`);
if (folder !== undefined) {
  console.log(`Its clients, "orders" and "admin", are in ${folder} until you press Ctrl-C. Try:
  curl --cacert ${folder}/ca.crt --cert ${folder}/orders.crt --key ${folder}/orders.key ${address}/orders`);
}

function ownOptions(): ExpressApiOptions {
  const [cert, key, trust, adminFingerprint] = own.map((name) => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set. Set all of ${own.join(", ")}.`);
    return name === "ADMIN_FINGERPRINT" ? value : readFileSync(value, "utf8");
  }) as [string, string, string, string];
  return { cert, key, trust, adminFingerprint };
}

async function throwAwayOptions(folder: string): Promise<ExpressApiOptions> {
  const root = await createAuthority({ subject: { commonName: "Throw-away Root" } });
  const orders = await root.issueClient({ spiffeId: "spiffe://corp.example/orders/api" });
  const admin = await root.issueClient({ subject: { commonName: "admin" } });
  writeFileSync(join(folder, "ca.crt"), root.trustPem);
  for (const [name, { chainPem, privateKeyPem }] of Object.entries({ orders, admin })) {
    writeFileSync(join(folder, `${name}.crt`), chainPem);
    writeFileSync(join(folder, `${name}.key`), privateKeyPem, { mode: 0o600 });
  }
  const { chainPem, privateKeyPem } = await root.issueServer();
  return {
    cert: chainPem,
    key: privateKeyPem,
    trust: root.trustPem,
    adminFingerprint: admin.fingerprint,
  };
}
