import { accessSync, constants } from "node:fs";
import { ConfigError } from "../../base/config-error.ts";
import { asBuffer } from "../../base/bytes.ts";
import { fileUrlPath } from "../../base/file-url-path.ts";
import { parsePem } from "../../asn1/pem.ts";
import { readOperatorUrl } from "../../network/address-policy.ts";
import { parseCertificateList, type CertificateList } from "../../x509/certificate-list.ts";

/**
 * Where revocation lists come from: PEM text; DER or PEM as bytes; the path or `file:` URL of a file or a folder, which is watched;
 * an http or https address, which is asked again in time; or a list of all that.
 */
export type ListInput = string | Uint8Array | URL | readonly ListInput[];

/** One place that lists come from. */
export type ListOrigin =
  | {
      readonly type: "inline";
      /** The option that holds them. */
      readonly option: string;
      readonly lists: readonly CertificateList[];
    }
  | { readonly type: "path"; readonly path: string }
  | { readonly type: "url"; readonly url: URL };

/** Reads where lists come from; what can be known to be wrong at once is a `ConfigError`. */
export function readListInput(input: unknown, option: string): readonly ListOrigin[] {
  if (Array.isArray(input)) {
    if (input.length === 0) throw new ConfigError(option, "is empty", "Leave it out.");
    return input.flatMap((entry, index) => readListInput(entry, `${option}[${index}]`));
  }
  if (input instanceof Uint8Array)
    return [{ type: "inline", option, lists: readBytes(input, option) }];
  if (input instanceof URL) return [readUrl(input, option)];
  if (typeof input !== "string" || input.trim() === "") {
    throw new ConfigError(
      option,
      "is no place of revocation lists",
      "Pass PEM text, DER bytes, the path of a file or folder, or an http(s) address.",
    );
  }
  if (input.includes("-----BEGIN"))
    return [{ type: "inline", option, lists: readPem(input, option) }];
  if (/^https?:\/\//i.test(input)) return [{ type: "url", url: readOperatorUrl(input, option) }];
  return [readPath(input, option)];
}

function readUrl(url: URL, option: string): ListOrigin {
  if (url.protocol === "file:") return readPath(fileUrlPath(url, option), option);
  return { type: "url", url: readOperatorUrl(url.href, option) };
}

/** What is in it is read later, and again and again; that it can be read is checked now. */
function readPath(path: string, option: string): ListOrigin {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new ConfigError(
      option,
      `cannot be read: ${(error as Error).message}`,
      "Check the path and the permissions. A string that is neither PEM nor an address is taken for a path.",
      error,
    );
  }
  return { type: "path", path };
}

function readBytes(bytes: Uint8Array, option: string): readonly CertificateList[] {
  const sequence = 0x30;
  if (bytes[0] !== sequence) return readPem(asBuffer(bytes).toString("latin1"), option);
  return [parse(bytes, option)];
}

function readPem(text: string, option: string): readonly CertificateList[] {
  const blocks = parsePem(text);
  if (typeof blocks === "string") {
    throw new ConfigError(option, `the PEM text is malformed: ${blocks}`, "Copy it again, whole.");
  }
  if (blocks.length === 0) {
    throw new ConfigError(option, "holds no list", "Pass -----BEGIN X509 CRL----- blocks, or DER.");
  }
  return blocks.map(({ label, bytes }) => {
    if (label === "X509 CRL") return parse(bytes, option);
    throw new ConfigError(
      option,
      `holds a ${label} block where revocation lists are due`,
      "Pass -----BEGIN X509 CRL----- blocks only.",
    );
  });
}

function parse(bytes: Uint8Array, option: string): CertificateList {
  const list = parseCertificateList(bytes);
  if (typeof list !== "string") return list;
  throw new ConfigError(option, `the list is malformed: ${list}`, "Export it again as PEM or DER.");
}
