import { ConfigError } from "@mtls-shield/core";
import { printValue } from "@mtls-shield/core/adapter";
import { HeaderFilter } from "./header-filter.ts";

/**
 * Which headers of a request are removed before anything reads them: those that say who a TLS client is (`"certificates"`), those of
 * a list in their place, where `*` at the end of a name stands for any end, or none (`false`).
 */
export type StripHeaders = "certificates" | readonly string[] | false;

/** Headers in which proxies say who their client is. Where TLS ends here there is no proxy, so whoever sends one makes it up. */
export const certificateHeaders: readonly string[] = [
  // RFC 9440, which Google Cloud, Cloudflare and CloudFront speak too.
  "Client-Cert*",
  // Envoy and Istio, Cloud Foundry.
  "X-Forwarded-Client-Cert*",
  // Traefik.
  "X-Forwarded-Tls-Client-Cert*",
  // Kong, and the usual names where the operator chooses: nginx, HAProxy, Azure Application Gateway, Google Cloud.
  "X-Client-Cert*",
  "X-Client-Verify*",
  "X-Client-DN",
  "X-SSL-*",
  // ingress-nginx and Apache.
  "SSL-Client-*",
  // F5.
  "SSLClient*",
  // Keycloak's chain behind HAProxy and Apache.
  "Cert-Chain*",
  // AWS: ALB, CloudFront.
  "X-Amzn-Mtls-*",
  "CloudFront-Viewer-Cert-*",
  // Cloudflare: forwarding, managed transform.
  "Cf-Client-Cert-*",
  "Cf-Cert-*",
  // Azure App Service.
  "X-ARR-ClientCert*",
  // Akamai.
  "Client-To-Edge*",
  "X-Gravitee-Client-Cert*",
];

/** Without these a message would mean something else, or end elsewhere (RFC 9112 6, RFC 9110 7.2, 7.6.1, 7.8 and 10.1.1). */
const framing: readonly string[] = [
  "connection",
  "content-length",
  "expect",
  "host",
  "transfer-encoding",
  "upgrade",
];

const usual = new HeaderFilter(certificateHeaders);

/** A name as RFC 9110 5.6.2 has it, perhaps with the mark for any end. */
const pattern = /^[!#$%&'+\-.^_`|~0-9a-z][!#$%&'*+\-.^_`|~0-9a-z]*$/i;

/** Reads the option; undefined when nothing is to be removed. */
export function readStripHeaders(value: unknown): HeaderFilter | undefined {
  if (value === undefined || value === "certificates") return usual;
  if (value === false) return undefined;
  if (!Array.isArray(value) || value.length === 0) {
    throw new ConfigError(
      "stripHeaders",
      `${printValue(value)} is not one of its values`,
      'Write "certificates", a list of header names, or false.',
    );
  }
  return new HeaderFilter(value.map(readName));
}

function readName(value: unknown, index: number): string {
  const option = `stripHeaders[${index}]`;
  if (typeof value !== "string" || !pattern.test(value) || /\*./.test(value)) {
    throw new ConfigError(
      option,
      `${printValue(value)} is no name of a header`,
      'Write one such as "X-Client-Cert", or "X-Client-*" for all that begin so.',
    );
  }
  const lost = framing.find((name) => new HeaderFilter([value]).matches(name));
  if (lost !== undefined) {
    throw new ConfigError(
      option,
      `${printValue(value)} would remove ${lost}, which says what the request is`,
      "Name the headers more closely.",
    );
  }
  return value;
}
