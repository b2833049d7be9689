import { createHash } from "node:crypto";
import type { ClientIdentity } from "./identity/client-identity.ts";
import type { Authority } from "./identity/authenticator.ts";
import { parseSpiffeId } from "./x509/spiffe-id.ts";
import { ConfigError } from "./base/config-error.ts";
import { defaultTrustSetName } from "./path/trust-input.ts";
import { reason } from "./reasons/reason.ts";
import { ReloadableShield, type Shield } from "./shield.ts";
import type { ShieldOptions } from "./shield-options.ts";

/** What a test wants a client to be; whatever is left out gets a harmless value. */
export type FakeClientFacts = Partial<Omit<ClientIdentity, "spiffeId">> & {
  /** As text, such as `spiffe://corp.example/orders`. */
  readonly spiffeId?: string;
};

/** An identity for tests. Nothing was verified, and no shield made by `createShield` ever returns it. */
export function fakeClient(facts: FakeClientFacts = {}): ClientIdentity {
  const { spiffeId: spiffeText, ...rest } = facts;
  const spiffeId = spiffeText === undefined ? undefined : parseSpiffeId(spiffeText);
  if (spiffeText !== undefined && spiffeId === undefined) {
    throw new ConfigError(
      "spiffeId",
      `${JSON.stringify(spiffeText)} is not a SPIFFE ID`,
      "Write spiffe://domain/path.",
    );
  }
  const commonName = rest.commonName ?? "test client";
  const uris = rest.uris ?? (spiffeId === undefined ? [] : [spiffeId.id]);
  const names = [
    ...(rest.dnsNames ?? []),
    ...(rest.emails ?? []),
    ...(rest.ipAddresses ?? []),
    ...uris,
  ];
  const digest = createHash("sha256").update(JSON.stringify([commonName, names]));
  return Object.freeze({
    subject: `CN=${commonName}`,
    commonName,
    commonNameCounts: names.length === 0,
    hasSubjectAltName: names.length > 0,
    dnsNames: Object.freeze([]),
    emails: Object.freeze([]),
    ipAddresses: Object.freeze([]),
    uris: Object.freeze(uris),
    issuer: "CN=test authority",
    issuerPublicKeyPin: createHash("sha256").update("test authority").digest("base64"),
    twinFingerprint: undefined,
    serialNumber: "1",
    fingerprint: digest.copy().digest("hex"),
    publicKeyPin: digest.digest("base64"),
    notBefore: 0,
    notAfter: Number.MAX_SAFE_INTEGER,
    trust: defaultTrustSetName,
    verifiedBy: "path",
    ...rest,
    spiffeId,
  });
}

/** Options of a fake shield: those of a real one, and the names of trust sets in place of the sets. */
export interface FakeShieldOptions extends Omit<ShieldOptions, "trust"> {
  /** The trust sets that rules may name. Default: that of the client alone. */
  readonly trustSets?: readonly string[];
}

/** A shield that finds the same client, or none, at the other end of every connection, TLS or not; its rules are real. */
export function createFakeShield(
  client: ClientIdentity | undefined,
  options: FakeShieldOptions = {},
): Shield {
  const { trustSets, ...shieldOptions } = options;
  const names = trustSets ?? [client?.trust ?? defaultTrustSetName];
  const authorities = names.map((name): Authority => ({
    name,
    authenticate: () =>
      client === undefined || client.trust !== name
        ? { outcome: "refused", reason: reason("certificate-missing") }
        : {
            outcome: "verified",
            client,
            warnings: [],
            validFrom: client.notBefore,
            validUntil: client.notAfter,
          },
  }));
  return new ReloadableShield(shieldOptions, () => authorities, names);
}
