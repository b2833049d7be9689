import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  createAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from "@mtls-shield/pki";

/** The people of the play: one server, and clients of every kind. Keys live in memory only. */
export interface DemoPki {
  /** What the APIs are given. */
  readonly api: {
    readonly cert: string;
    readonly key: string;
    readonly trust: string;
    readonly adminFingerprint: string;
    /** The file of the revocation lists, until the process ends. */
    readonly crl: string;
  };
  /** What clients trust. */
  readonly serverTrust: string;
  readonly clients: Readonly<Record<ClientName, IssuedCertificate>>;
  /** A client like `orders` whose certificate ends so many seconds from now. */
  issueShortLived(seconds: number): Promise<IssuedCertificate>;
  /** Revokes `revokedLater`, and publishes that. */
  revokeLater(): Promise<void>;
}

export type ClientName =
  | "orders"
  | "manager"
  | "belowIntermediate"
  | "admin"
  | "notPinned"
  | "otherAuthority"
  | "sameAuthorityName"
  | "selfSigned"
  | "expired"
  | "notYetValid"
  | "revoked"
  | "onHold"
  | "belowRevoked"
  | "revokedLater"
  | "server";

const hourMs = 3_600_000;
const orders = {
  subject: { commonName: "orders" },
  spiffeId: "spiffe://corp.example/orders/api",
} as const;

/** Makes a throw-away authority, its rivals, and everyone's certificates. */
export async function createDemoPki(): Promise<DemoPki> {
  const now = Date.now();
  const root = await createAuthority({ subject: { commonName: "Corp Root" } });
  const branch = await root.createIntermediate({ subject: { commonName: "Corp Branch" } });
  const closedBranch = await root.createIntermediate({ subject: { commonName: "Closed Branch" } });
  const other = await createAuthority({ subject: { commonName: "Other Root" } });
  const namesake = await createAuthority({ subject: { commonName: "Corp Root" } });
  const selfSigned = await createAuthority({ subject: { commonName: "orders" } });
  const server = await root.issueServer();

  const clients = {
    orders: await root.issueClient(orders),
    manager: await root.issueClient({ spiffeId: "spiffe://corp.example/orders/manager" }),
    belowIntermediate: await branch.issueClient(orders),
    admin: await root.issueClient({ subject: { commonName: "admin" } }),
    notPinned: await root.issueClient({ subject: { commonName: "admin" } }),
    otherAuthority: await other.issueClient(orders),
    sameAuthorityName: await namesake.issueClient(orders),
    selfSigned: selfSigned.certificate,
    expired: await root.issueClient({
      ...orders,
      notBefore: now - 24 * hourMs,
      notAfter: now - hourMs,
    }),
    notYetValid: await root.issueClient({ ...orders, notBefore: now + hourMs }),
    revoked: await root.issueClient(orders),
    onHold: await root.issueClient(orders),
    belowRevoked: await closedBranch.issueClient(orders),
    revokedLater: await root.issueClient(orders),
    server: await root.issueServer({ dnsNames: ["orders.corp.example"] }),
  };

  root.revoke(clients.revoked, { reason: "keyCompromise" });
  root.revoke(clients.onHold, { reason: "certificateHold" });
  root.revoke(closedBranch.certificate, { reason: "cessationOfOperation" });
  const crl = join(temporaryFolder(), "lists.pem");
  const publish = (): Promise<void> => publishLists(crl, [root, branch, closedBranch]);
  await publish();

  return {
    api: {
      cert: server.chainPem,
      key: server.privateKeyPem,
      // Resumed sessions, and some releases of Node on every handshake, do not show a client's intermediates.
      trust: root.trustPem + branch.chainPem + closedBranch.chainPem,
      adminFingerprint: clients.admin.fingerprint,
      crl,
    },
    serverTrust: root.trustPem,
    clients,
    issueShortLived: (seconds) => root.issueClient({ ...orders, validityMs: seconds * 1_000 }),
    async revokeLater() {
      root.revoke(clients.revokedLater, { reason: "superseded" });
      await publish();
    },
  };
}

async function publishLists(
  file: string,
  authorities: readonly CertificateAuthority[],
): Promise<void> {
  const lists = await Promise.all(authorities.map((authority) => authority.createCrl()));
  // Renamed into place, so that nobody reads half a file.
  writeFileSync(`${file}.new`, lists.map(({ pem }) => pem).join(""));
  renameSync(`${file}.new`, file);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-demo-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
