import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { WorkFolder } from "./work-folder.ts";

/** A certificate and its key, as TLS clients take them. */
export interface OpensslClient {
  readonly name: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Sections of the configuration for certificates. */
export type CertificateSection = "client" | "client_of_users_list" | "responder";

/** Sections of the configuration for lists. */
export type ListSection = "crl_complete" | "crl_users" | "crl_delta";

export type CrlReason = "keyCompromise" | "superseded" | "certificateHold";

const configuration = `
[ca]
default_ca = numbered

[numbered]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = certs
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 1
unique_subject = no
policy = any_name
crl_extensions = crl_complete

[unnumbered]
database = index.txt
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_crl_days = 1

[any_name]
commonName = supplied

[req]
distinguished_name = asked
prompt = no

[asked]

[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash

[client]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[client_of_users_list]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://lists.example/users.crl

[responder]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
authorityKeyIdentifier = keyid
noCheck = ignored

[crl_complete]
authorityKeyIdentifier = keyid

[crl_users]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical,@users

[users]
fullname = URI:http://lists.example/users.crl
onlyuser = TRUE

[crl_delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical,ASN1:INTEGER:1
`;

/** An authority made and kept by `openssl ca`: its database is a folder of files. */
export class OpensslAuthority {
  readonly #folder: WorkFolder;

  constructor(folder: WorkFolder) {
    this.#folder = folder;
    mkdirSync(folder.pathOf("certs"));
    const files = { "ca.cnf": configuration, "index.txt": "", serial: "1000\n", crlnumber: "01\n" };
    for (const [name, content] of Object.entries(files))
      writeFileSync(folder.pathOf(name), content);
    this.#makeKey("ca");
    const args = ["-new", "-x509", "-key", "ca.key", "-days", "3650", "-extensions", "root"];
    this.#openssl("req", ...args, "-subj", "/CN=OpenSSL Root", "-out", "ca.crt");
  }

  get certificatePem(): string {
    return this.#read("ca.crt");
  }

  /** In the database, which the responder reads. */
  get folderPath(): string {
    return this.#folder.path;
  }

  /** Issues a certificate, which the database records. */
  issue(name: string, section: CertificateSection = "client"): OpensslClient {
    this.#makeRequest(name);
    const args = ["-in", `${name}.csr`, "-out", `${name}.crt`, "-extensions", section];
    this.#openssl("ca", "-batch", "-notext", ...args);
    return this.#clientOf(name);
  }

  /** Issues a certificate, which the database knows nothing of. */
  issueUnrecorded(name: string): OpensslClient {
    this.#makeRequest(name);
    const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", "4711", "-days", "30"];
    const extensions = ["-extfile", "ca.cnf", "-extensions", "client"];
    this.#openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...signing,
      ...extensions,
      "-out",
      `${name}.crt`,
    );
    return this.#clientOf(name);
  }

  revoke({ name }: OpensslClient, reason?: CrlReason): void {
    const why = reason === undefined ? [] : ["-crl_reason", reason];
    this.#openssl("ca", "-revoke", `${name}.crt`, ...why);
  }

  /** Takes back every hold: `openssl ca` has no command for that, so the next delta is told by the database itself. */
  endHolds(): void {
    const path = this.#folder.pathOf("index.txt");
    writeFileSync(path, this.#read("index.txt").replaceAll("certificateHold", "removeFromCRL"));
  }

  /** Signs a list and writes it to a file as `openssl` does, in place; its path. */
  writeList(file: string, section: ListSection = "crl_complete"): string {
    this.#openssl("ca", "-gencrl", "-crlexts", section, "-out", file);
    return this.#folder.pathOf(file);
  }

  /** The same without a number and extensions: version 1, which is what `openssl ca` writes unless it is told otherwise. */
  writePlainList(file: string): string {
    this.#openssl("ca", "-name", "unnumbered", "-gencrl", "-out", file);
    return this.#folder.pathOf(file);
  }

  copy(from: string, to: string): void {
    copyFileSync(this.#folder.pathOf(from), this.#folder.pathOf(to));
  }

  #makeRequest(name: string): void {
    this.#makeKey(name);
    const subject = ["-subj", `/CN=${name}`];
    this.#openssl("req", "-new", "-key", `${name}.key`, ...subject, "-out", `${name}.csr`);
  }

  #makeKey(name: string): void {
    const kind = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    execFileSync("openssl", ["genpkey", ...kind, "-out", `${name}.key`], this.#surroundings);
  }

  #openssl(command: "ca" | "req" | "x509", ...args: readonly string[]): void {
    const config = command === "x509" ? [] : ["-config", "ca.cnf"];
    execFileSync("openssl", [command, ...config, ...args], this.#surroundings);
  }

  get #surroundings() {
    return { cwd: this.#folder.path, stdio: "pipe", timeout: 30_000 } as const;
  }

  #clientOf(name: string): OpensslClient {
    return {
      name,
      certificatePem: this.#read(`${name}.crt`),
      privateKeyPem: this.#read(`${name}.key`),
    };
  }

  #read(file: string): string {
    return readFileSync(this.#folder.pathOf(file), "utf8");
  }
}
