import { createAuthority, type IssuedCertificate } from "@mtls-shield/pki";

/** The people of the play: one server, and clients of every kind. All of it lives in memory only. */
export interface DemoPki {
  /** What the APIs are given. */
  readonly api: {
    readonly cert: string;
    readonly key: string;
    readonly trust: string;
    readonly adminFingerprint: string;
  };
  /** What clients trust. */
  readonly serverTrust: string;
  readonly clients: Readonly<Record<ClientName, IssuedCertificate>>;
  /** A client like `orders` whose certificate ends so many seconds from now. */
  issueShortLived(seconds: number): Promise<IssuedCertificate>;
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
    server: await root.issueServer({ dnsNames: ["orders.corp.example"] }),
  };

  return {
    api: {
      cert: server.chainPem,
      key: server.privateKeyPem,
      // Resumed sessions, and some releases of Node on every handshake, do not show a client's intermediates.
      trust: root.trustPem + branch.chainPem,
      adminFingerprint: clients.admin.fingerprint,
    },
    serverTrust: root.trustPem,
    clients,
    issueShortLived: (seconds) => root.issueClient({ ...orders, validityMs: seconds * 1_000 }),
  };
}
