import { ConfigError } from "@mtls-shield/core";

/** What a TLS server has of its own for some host names: its certificate, and whom it admits. */
export class HostContexts<Context> {
  /** For every name without a context of its own, and for clients that name none. */
  readonly fallback: Context;
  readonly #exact = new Map<string, Context>();
  /** By what follows the first label: `*.example.com` is `example.com`. */
  readonly #wildcards = new Map<string, Context>();

  constructor(fallback: Context) {
    this.fallback = fallback;
  }

  get hasSeveral(): boolean {
    return this.#exact.size + this.#wildcards.size > 0;
  }

  get all(): readonly Context[] {
    return [this.fallback, ...this.#exact.values(), ...this.#wildcards.values()];
  }

  /** `name` is a host name, or one label `*` in front of one. */
  set(name: string, context: Context): void {
    const [, star, rest = ""] =
      /^(\*\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)$/.exec(name.toLowerCase()) ?? [];
    if (rest === "") {
      throw new ConfigError(
        `serverNames["${name}"]`,
        "is not a host name",
        'Write "api.example.com" or "*.example.com", without scheme and port.',
      );
    }
    const contexts = star === undefined ? this.#exact : this.#wildcards;
    if (contexts.has(rest)) {
      throw new ConfigError(`serverNames["${name}"]`, "is there twice", "Host names ignore case.");
    }
    contexts.set(rest, context);
  }

  /** Names are compared in lower case (RFC 6066 3): Node 20 does not (CVE-2026-48928). */
  of(name: string): Context {
    const host = name.toLowerCase().replace(/\.$/, "");
    const [, parent = ""] = /^[^.]+\.(.+)$/.exec(host) ?? [];
    return this.#exact.get(host) ?? this.#wildcards.get(parent) ?? this.fallback;
  }
}
