import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../base/config-error.ts";
import { asBuffer } from "../base/bytes.ts";
import { fileUrlPath } from "../base/file-url-path.ts";
import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oids } from "../asn1/oids.ts";
import { parsePem, type PemBlock } from "../asn1/pem.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { tryParse } from "../asn1/try-parse.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";

/**
 * Where certificates come from: PEM text; the bytes of PEM, DER or a PKCS #7 bundle (`.p7b`); the path or `file:` URL
 * of a file or a folder of these; or a list of all that. A string that holds no PEM block is a path.
 */
export type CertificateInput = string | Uint8Array | URL | readonly CertificateInput[];

/** Reads every certificate of an input. What cannot be read is a `ConfigError` that names the option. */
export function readCertificates(input: unknown, option: string): Certificate[] {
  return readBlocks(input, option).map((block) => {
    if (block.label !== "CERTIFICATE") throw wrongBlock(block.label, block.origin);
    return parseBlock(block);
  });
}

/** A PEM block or DER value, with the words that name its place in an error message. */
export interface InputBlock extends PemBlock {
  readonly origin: string;
}

/** Reads an input down to its blocks; those of a PKCS #7 bundle come out as certificates. */
export function readBlocks(input: unknown, option: string): InputBlock[] {
  if (Array.isArray(input)) {
    return input.flatMap((entry, index) => readBlocks(entry, `${option}[${index}]`));
  }
  if (input instanceof URL) return readPath(urlToPath(input, option), option);
  if (input instanceof Uint8Array) return readBytes(asBuffer(input), option);
  if (typeof input !== "string") {
    throw new ConfigError(
      option,
      `a certificate cannot be read from ${input === null ? "null" : typeof input}`,
      "Pass PEM text, DER bytes, or the path of a file or folder.",
    );
  }
  if (input.includes("-----BEGIN")) return readPem(input, option);
  if (input.trim() === "") {
    throw new ConfigError(option, "is empty", "Pass PEM text, DER bytes, or a path.");
  }
  return readPath(input, option);
}

function urlToPath(url: URL, option: string): string {
  if (url.protocol !== "file:") {
    throw new ConfigError(
      option,
      `${url.protocol} is not read`,
      "Download the certificates first, and pass a file: URL or a path.",
    );
  }
  return fileUrlPath(url, option);
}

function readPath(path: string, option: string): InputBlock[] {
  try {
    if (statSync(path).isDirectory()) {
      const files = readdirSync(path, { withFileTypes: true })
        .filter((entry) => !entry.isDirectory() && /\.(pem|crt|cer|der|p7b|p7c)$/i.test(entry.name))
        .map((entry) => join(path, entry.name))
        .sort();
      return files.flatMap((file) => readBytes(readFileSync(file), `${option} (${file})`));
    }
    return readBytes(readFileSync(path), `${option} (${path})`);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // Whatever else node:fs throws is an Error.
    throw new ConfigError(
      option,
      `the file cannot be read: ${(error as Error).message}`,
      "Check the path and the permissions. A string without a PEM block is taken for a path.",
      error,
    );
  }
}

function readBytes(bytes: Buffer, origin: string): InputBlock[] {
  if (bytes.length === 0) {
    throw new ConfigError(origin, "is empty", "Pass a file that holds certificates.");
  }
  // A SEQUENCE is DER; nothing that is text starts with it and goes on as DER does.
  if (bytes[0] !== tags.sequence) return readPem(bytes.toString("utf8"), origin);
  return isSignedData(bytes)
    ? readSignedData(bytes, origin)
    : [{ label: "CERTIFICATE", bytes, origin }];
}

function readPem(text: string, origin: string): InputBlock[] {
  const blocks = parsePem(text);
  if (typeof blocks === "string") {
    throw new ConfigError(origin, `the PEM text is malformed: ${blocks}`, "Copy it again, whole.");
  }
  if (blocks.length === 0) {
    throw new ConfigError(
      origin,
      "holds no PEM block",
      "Pass text with -----BEGIN CERTIFICATE----- blocks, or DER.",
    );
  }
  return blocks.flatMap((block, index) => {
    const place = blocks.length === 1 ? origin : `${origin}, block ${index + 1}`;
    if (block.label === "PKCS7" || block.label === "CMS") return readSignedData(block.bytes, place);
    return [
      {
        ...block,
        label: block.label === "X509 CERTIFICATE" ? "CERTIFICATE" : block.label,
        origin: place,
      },
    ];
  });
}

/** ContentInfo starts with its type; a certificate with what is signed. */
function isSignedData(bytes: Buffer): boolean {
  const type = tryParse(() => {
    const content = DerReader.of(bytes).read(tags.sequence);
    return content.nextTag === tags.objectIdentifier ? content.readOid() : undefined;
  });
  return type === oids.signedData;
}

/** The certificates of a degenerate SignedData (RFC 5652 5.1), the format of `.p7b` files. */
function readSignedData(bytes: Buffer, origin: string): InputBlock[] {
  const certificates = tryParse(() => splitSignedData(bytes));
  if (certificates instanceof DerError) {
    throw new ConfigError(
      origin,
      `the PKCS #7 bundle is malformed: ${certificates.message}`,
      "Convert it to PEM: openssl pkcs7 -print_certs.",
      certificates,
    );
  }
  return certificates.map((certificate, index) => ({
    label: "CERTIFICATE",
    bytes: certificate,
    origin: `${origin}, certificate ${index + 1}`,
  }));
}

function splitSignedData(bytes: Buffer): Buffer[] {
  const contentInfo = DerReader.of(bytes).read(tags.sequence);
  contentInfo.readOid();
  const signedData = contentInfo.read(contextConstructed(0)).read(tags.sequence);
  signedData.readInteger();
  signedData.readWhole(tags.set);
  signedData.readWhole(tags.sequence);
  const list = signedData.readOptional(contextConstructed(0));
  const certificates: Buffer[] = [];
  while (list?.atEnd === false) certificates.push(list.readWhole(tags.sequence));
  return certificates;
}

/** Parses the certificate of a block. */
export function parseBlock({ bytes, origin }: InputBlock): Certificate {
  const certificate = parseCertificate(bytes);
  if (typeof certificate !== "string") return certificate;
  throw new ConfigError(
    origin,
    `the certificate is malformed: ${certificate}`,
    "Export it again as PEM or DER.",
  );
}

function wrongBlock(label: string, origin: string): ConfigError {
  if (label.endsWith("PRIVATE KEY")) {
    return new ConfigError(
      origin,
      "holds a private key where certificates are due",
      "Pass the certificate alone, and keep the authority's private key away from the API.",
    );
  }
  return new ConfigError(
    origin,
    `holds a ${label} block where certificates are due`,
    "Pass -----BEGIN CERTIFICATE----- blocks only.",
  );
}
