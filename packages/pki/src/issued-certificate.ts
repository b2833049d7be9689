import { createHash } from "node:crypto";
import { inspect } from "node:util";

import { encryptPrivateKey } from "./encrypted-key.ts";
import { encode } from "./forge-asn1.ts";
import { checkKnownOptions } from "./known-options.ts";
import { toPem } from "./pem.ts";
import { createPkcs12 } from "./pkcs12.ts";
import { PkiError } from "./pki-error.ts";
import type { Validity } from "./validity.ts";

/** A certificate, the certificates above it and its private key. Printing it never shows the key. */
export interface IssuedCertificate {
  /** The certificate alone (RFC 7468 5). */
  readonly pem: string;
  /** The certificate alone. */
  readonly der: Uint8Array;
  /** This certificate and the intermediates above it, the root left out: what TLS's `cert` wants. */
  readonly chainPem: string;
  /** The private key in PKCS#8, unencrypted (RFC 7468 10): what TLS's `key` wants. */
  readonly privateKeyPem: string;
  /** SHA-256 of the DER in lower-case hex. */
  readonly fingerprint: string;
  /** Lower-case hex. */
  readonly serialNumber: string;
  /** Epoch milliseconds, a whole second. */
  readonly notBefore: number;
  /** Epoch milliseconds, a whole second; the certificate is still valid at this time. */
  readonly notAfter: number;
  /**
   * The private key in PKCS#8 under a passphrase (RFC 7468 11): PBES2 with PBKDF2-HMAC-SHA256 at
   * 600,000 iterations and AES-256-CBC. Blocks for about 100 ms, which is what makes guessing dear.
   *
   * @throws PkiError when the passphrase is empty.
   */
  encryptedPrivateKeyPem(options: EncryptedKeyOptions): string;
  /**
   * Key, certificate and intermediates as one PKCS#12 file (RFC 7292), for browsers and phones.
   * Encrypted as `encryptedPrivateKeyPem` does it, with an HMAC-SHA256 over everything. Blocks for
   * about a second.
   *
   * @throws PkiError when the password is empty.
   */
  toPkcs12(options: Pkcs12Options): Uint8Array;
}

export interface EncryptedKeyOptions {
  readonly passphrase: string;
}

export interface Pkcs12Options {
  readonly password: string;
  /** What a browser or phone calls the entry; by default the subject's common name. */
  readonly friendlyName?: string;
}

/** The parts of a certificate that has just been signed. */
export interface IssuedParts {
  readonly der: Uint8Array;
  readonly serialNumber: string;
  readonly validity: Validity;
  /** PKCS#8. */
  readonly privateKeyInfo: Uint8Array;
  /** The intermediates above, nearest first, the root left out. */
  readonly intermediates: readonly IssuedCertificate[];
  readonly commonName: string | undefined;
}

/** Puts the parts behind the public face. */
export function issuedCertificate(parts: IssuedParts): IssuedCertificate {
  const { der, intermediates } = parts;
  const pem = toPem("CERTIFICATE", der);
  const visible = {
    pem,
    der,
    chainPem: [pem, ...intermediates.map((issuer) => issuer.pem)].join(""),
    fingerprint: createHash("sha256").update(der).digest("hex"),
    serialNumber: parts.serialNumber,
    notBefore: parts.validity.notBefore,
    notAfter: parts.validity.notAfter,
  };
  return Object.freeze({
    ...visible,
    get privateKeyPem() {
      return toPem("PRIVATE KEY", parts.privateKeyInfo);
    },
    encryptedPrivateKeyPem(options: EncryptedKeyOptions) {
      checkKnownOptions(options, ["passphrase"]);
      const passphrase = secret("passphrase", options.passphrase);
      const encrypted = encryptPrivateKey(parts.privateKeyInfo, passphrase);
      return toPem("ENCRYPTED PRIVATE KEY", encode(encrypted));
    },
    toPkcs12(options: Pkcs12Options) {
      checkKnownOptions(options, ["password", "friendlyName"]);
      return createPkcs12(
        {
          privateKeyInfo: parts.privateKeyInfo,
          certificates: [der, ...intermediates.map((issuer) => issuer.der)],
          friendlyName: options.friendlyName ?? parts.commonName,
        },
        secret("password", options.password),
      );
    },
    // A log line must not become the place that a key leaks from.
    [inspect.custom]: () => ({ ...visible }),
    toJSON: () => ({ ...visible, der: undefined }),
  });
}

function secret(option: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new PkiError(option, `"${option}" is empty. Give the text that shall protect the key.`);
}
