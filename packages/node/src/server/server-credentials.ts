import { readFileSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import { ConfigError } from "@mtls-shield/core";

/** A server's certificate with its intermediates, and its private key, each as PEM or as the path of a file. */
export interface CredentialOptions extends Pick<SecureContextOptions, "pfx" | "passphrase"> {
  readonly key?: SecureContextOptions["key"] | URL;
  readonly cert?: SecureContextOptions["cert"] | URL;
}

/** Reads what is a path, and leaves the rest to Node. */
export function readCredentials<Options extends CredentialOptions>(
  options: Options,
  option: string,
): Omit<Options, "key" | "cert"> & Pick<SecureContextOptions, "key" | "cert"> {
  const { key, cert, ...others } = options;
  return {
    ...others,
    ...(key !== undefined && { key: isPath(key) ? readFile(key, `${option}key`) : key }),
    ...(cert !== undefined && { cert: isPath(cert) ? readFile(cert, `${option}cert`) : cert }),
  };
}

/** The files whose change means another certificate. */
export function credentialPaths({ key, cert }: CredentialOptions): readonly string[] {
  return [key, cert].filter(isPath).map(toPath);
}

/** Names of what tells who the server is: nobody inherits them. */
export const credentialNames = [
  "key",
  "cert",
  "pfx",
  "passphrase",
  "privateKeyIdentifier",
  "privateKeyEngine",
] as const;

/** Without them Node would start, and fail each handshake; so it would after a reload of a file that was emptied. */
export function requireCredentials(
  { key, cert, pfx, privateKeyIdentifier }: SecureContextOptions,
  option: string,
): void {
  if (hasContent(pfx)) return;
  const missing = hasContent(cert)
    ? hasContent(key) || hasContent(privateKeyIdentifier)
      ? undefined
      : "key"
    : "cert";
  if (missing === undefined) return;
  throw new ConfigError(
    `${option}${missing}`,
    "is missing",
    "Pass the server's certificate and its private key, as PEM or as paths.",
  );
}

function hasContent(value: unknown): boolean {
  return value !== undefined && value !== null && (value as { length?: number }).length !== 0;
}

function isPath(value: unknown): value is string | URL {
  return value instanceof URL || (typeof value === "string" && !value.includes("-----BEGIN"));
}

function toPath(path: string | URL): string {
  if (!(path instanceof URL)) return path;
  // Reading it says what is wrong with it.
  return path.protocol === "file:" ? fileURLToPath(path) : path.href;
}

function readFile(path: string | URL, option: string): string {
  const text = readText(path, option);
  if (text.includes("-----BEGIN ")) return text;
  throw new ConfigError(
    option,
    "the file holds no PEM block",
    "Convert it: openssl x509 -inform der, or openssl pkey -inform der.",
  );
}

function readText(path: string | URL, option: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(
      option,
      `the file cannot be read: ${(cause as Error).message}`,
      "Check the path and the permissions. A string without a PEM block is taken for a path.",
      cause,
    );
  }
}
