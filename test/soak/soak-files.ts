import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  authority,
  certificateList,
  type IssuedChain,
  type TestAuthority,
  type TestCertificate,
} from "@mtls-shield/testkit";

/** The paths of what the servers read. */
export interface SoakPaths {
  readonly trust: string;
  readonly crl: string;
  readonly rules: string;
  readonly key: string;
  readonly cert: string;
}

export interface SoakFilesOptions {
  readonly ca: TestAuthority;
  /** Authorities that publish a list. */
  readonly signers: readonly TestCertificate[];
  /** Whoever is trusted, and what lies between. */
  readonly trusted: readonly TestCertificate[];
  readonly revoked: readonly TestCertificate[];
}

/** From one exchange of a file to the next. */
const pauseMs = 60;

/** The files behind the servers, which change all the time: in one stroke, badly, or half by half. */
export class SoakFiles {
  readonly paths: SoakPaths;
  readonly #folder: string;
  readonly #signers: readonly TestCertificate[];
  readonly #trusted: string;
  readonly #revoked: readonly TestCertificate[];
  readonly #others = [authority(), authority()].map(({ certificate }) => certificate.pem);
  readonly #servers: readonly IssuedChain[];
  #round = 0;
  #isStopped = false;

  constructor({ ca, signers, trusted, revoked }: SoakFilesOptions) {
    this.#signers = signers;
    this.#revoked = revoked;
    this.#trusted = trusted.map(({ pem }) => pem).join("");
    this.#servers = [ca.server(), ca.server()];
    this.#folder = mkdtempSync(join(tmpdir(), "mtls-shield-soak-"));
    const path = (name: string): string => join(this.#folder, name);
    this.paths = {
      trust: path("trust.pem"),
      crl: path("ca.crl"),
      rules: path("rules.json"),
      key: path("server.key"),
      cert: path("server.crt"),
    };
    this.#exchangeTrust();
    this.#exchangeList();
    this.#exchangeRules();
    this.#exchangeServer();
  }

  /** Exchanges one file after the other until it is stopped. */
  async run(): Promise<void> {
    const steps: readonly (() => void | Promise<void>)[] = [
      this.#exchangeTrust,
      this.#exchangeRules,
      this.#exchangeServer,
      this.#breakTrust,
      this.#exchangeTrust,
      this.#exchangeList,
      this.#breakRules,
      this.#exchangeRules,
      this.#halve,
    ];
    while (!this.#isStopped) {
      await steps[this.#round++ % steps.length]!.call(this);
      await wait(pauseMs);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  delete(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Another authority comes and goes; those that count stay. */
  #exchangeTrust(): void {
    this.#replace(this.paths.trust, this.#trusted + this.#others[this.#round % 2]!);
  }

  #exchangeList(): void {
    const crlNumber = BigInt(this.#round + 1);
    const lists = this.#signers.map(
      (signer) => certificateList(signer, { crlNumber, revoked: [...this.#revoked] }).pem,
    );
    this.#replace(this.paths.crl, lists.join(""));
  }

  #exchangeRules(): void {
    const more = this.#round % 2 === 0 ? [] : [{ match: "* /more/**", allow: "any-client" }];
    const rules = [
      { match: "GET /health", allow: "anyone" },
      ...more,
      { match: "* /admin/**", dnsName: "admin.corp.example" },
      { match: "* /**", allow: "any-client" },
    ];
    this.#replace(this.paths.rules, JSON.stringify(rules));
  }

  /** First the key and then the certificate, as most tools do: in between they do not belong together. */
  #exchangeServer(): void {
    const { leaf, chainPem } = this.#servers[this.#round % 2]!;
    this.#replace(this.paths.key, leaf.privateKeyPem);
    this.#replace(this.paths.cert, chainPem);
  }

  #breakTrust(): void {
    this.#replace(this.paths.trust, this.#trusted.slice(0, -100));
  }

  #breakRules(): void {
    this.#replace(this.paths.rules, '[{ "match": "GET /health", "allow": "anyone"');
  }

  /** Written where it is, in two parts. */
  async #halve(): Promise<void> {
    const half = Math.floor(this.#trusted.length / 2) + 7;
    writeFileSync(this.paths.trust, this.#trusted.slice(0, half));
    await wait(pauseMs);
    appendFileSync(this.paths.trust, this.#trusted.slice(half));
  }

  #replace(path: string, content: string | Uint8Array): void {
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
