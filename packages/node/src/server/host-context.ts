import type { ServerOptions } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import { ConfigError } from "@mtls-shield/core";
import type { Face } from "../judge-request.ts";
import { requireRoots, safeTls, withoutTickets } from "./safe-tls.ts";
import {
  credentialPaths,
  readCredentials,
  requireCredentials,
  type CredentialOptions,
} from "./server-credentials.ts";

export interface HostContextOptions {
  readonly tls: CredentialOptions & Omit<ServerOptions, "key" | "cert">;
  /** Undefined: the application protects itself. */
  readonly face: Face | undefined;
  /** Whether clients are told whose certificates are accepted (RFC 8446 4.2.4). */
  readonly sendAuthorityNames: boolean;
  /** Whether clients get session tickets: one of this context would be accepted in another (CVE-2025-23419). */
  readonly sendTickets: boolean;
  /** Whether the files of certificate and key are watched. */
  readonly watch: boolean;
  /** Where the options are, for errors: ends in a period unless it is empty. */
  readonly option: string;
}

/** The settings of TLS for one host, made anew from files and trust whenever they change. */
export class HostContext {
  readonly face: Face | undefined;
  readonly paths: readonly string[];
  readonly option: string;
  readonly #options: HostContextOptions;
  #tls: HostContextOptions["tls"];
  #current: InUse;

  constructor(options: HostContextOptions) {
    this.#options = options;
    this.face = options.face;
    this.option = options.option;
    this.#tls = options.tls;
    this.paths = options.watch ? credentialPaths(options.tls) : [];
    this.#current = inUse(this.read());
  }

  /** Reads the files and joins them with whom the shield trusts. Every fault is a `ConfigError`. */
  read(): ServerOptions {
    return this.#read(this.#tls);
  }

  #read(tls: HostContextOptions["tls"]): ServerOptions {
    const { option, sendTickets } = this.#options;
    const safe = safeTls<ServerOptions>({
      ...(readCredentials(tls, option) as ServerOptions),
      ca: this.#authorities(tls),
    });
    // Who chooses a context per connection, or needs no certificate, may have none here.
    if (tls.SNICallback === undefined && tls.pskCallback === undefined) {
      requireCredentials(safe, option);
    }
    const settings = sendTickets ? safe : withoutTickets(safe);
    // A key that belongs to another certificate would fail each handshake, or only some of them.
    try {
      createSecureContext(settings);
    } catch (cause) {
      throw new ConfigError(
        `${option}cert`,
        `or another setting of TLS cannot be used: ${(cause as Error).message}`,
        "Pass a PEM certificate with the private key that belongs to it.",
        cause,
      );
    }
    return settings;
  }

  /** Whether these settings are others than those in use: not every event of a file is a change. */
  isNew({ key, cert, ca }: ServerOptions): boolean {
    return print({ key, cert, ca }) !== print(this.#current.settings);
  }

  use(settings: ServerOptions): void {
    this.#current = inUse(settings);
  }

  /** Takes other options for good: what is read from now on is read by them. Whom the server trusts stays unless they say so. */
  replace(tls: HostContextOptions["tls"]): void {
    const { ca } = this.#tls;
    const next = { ...(ca !== undefined && { ca }), ...tls };
    this.use(this.#read(next));
    this.#tls = next;
  }

  /** Those in use. */
  get settings(): ServerOptions {
    return this.#current.settings;
  }

  get secureContext(): SecureContext {
    return this.#current.secureContext;
  }

  /** The same settings for another host. */
  copy(): HostContext {
    return new HostContext({ ...this.#options, tls: this.#tls });
  }

  #authorities(tls: HostContextOptions["tls"]): ServerOptions["ca"] {
    const { face, sendAuthorityNames, option } = this.#options;
    const trusted = face?.shield.authoritiesAsPem();
    if (!sendAuthorityNames) {
      if (trusted === undefined || tls.ca !== undefined) {
        throw new ConfigError(
          `${option}sendAuthorityNames`,
          "is false where the server's own `ca` decides whom to trust",
          "Pass the authorities as `trust` to mtls(), and no `ca`.",
        );
      }
      if (tls.rejectUnauthorized === true) {
        throw new ConfigError(
          "rejectUnauthorized",
          "is true, and OpenSSL, which gets no authorities without their names, would refuse everybody",
          "Leave it out: the shield refuses whom `trust` does not vouch for.",
        );
      }
      // An empty list names nobody and, unlike a missing one, means no public roots.
      return [];
    }
    const ca = tls.ca ?? (trusted && [...trusted]);
    requireRoots(ca, option);
    return ca;
  }
}

interface InUse {
  readonly settings: ServerOptions;
  readonly secureContext: SecureContext;
}

function inUse(settings: ServerOptions): InUse {
  return { settings, secureContext: createSecureContext(settings) };
}

function print({ key, cert, ca }: ServerOptions): string {
  return JSON.stringify([key, cert, ca]);
}
