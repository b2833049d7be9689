import type { ServerOptions } from "node:https";
import type { Server as TlsServer } from "node:tls";
import { ConfigError } from "@mtls-shield/core";
import {
  describeFault,
  watchPaths,
  type EmitReload,
  type ReloadCause,
} from "@mtls-shield/core/adapter";
import type { HostContext } from "./host-context.ts";
import type { HostContexts } from "./host-contexts.ts";
import { safeTls, withoutTickets } from "./safe-tls.ts";

export interface TlsContextsOptions {
  readonly contexts: HostContexts<HostContext>;
  readonly emitReload: EmitReload;
}

/** The TLS contexts of a server, which change while it runs: its certificates and keys, and the authorities that it names. */
export class TlsContexts {
  readonly #contexts: HostContexts<HostContext>;
  /** Those of the options; the application may add more, which are its own to keep up to date. */
  readonly #own: readonly HostContext[];
  readonly #emitReload: EmitReload;
  readonly #ends: (() => void)[] = [];
  /** Puts the settings of the default context into use; nothing before there is a server. */
  #exchange: () => void = () => undefined;
  #hasAdded = false;

  constructor({ contexts, emitReload }: TlsContextsOptions) {
    this.#contexts = contexts;
    this.#own = contexts.all;
    this.#emitReload = emitReload;
    const paths = contexts.all.flatMap((context) => context.paths);
    if (paths.length > 0) {
      const onChange = (): void => {
        this.#unasked(() => {
          this.reload("watch");
        });
      };
      const files = watchPaths(paths, { onChange });
      this.#ends.push(() => {
        files.close();
      });
      // What changed before they were watched is in use from the start.
      for (const context of contexts.all) context.use(context.read());
    }
    for (const shield of new Set(contexts.all.map(({ face }) => face?.shield))) {
      if (shield === undefined) continue;
      // The authorities that a shield trusts are named in the handshake.
      this.#ends.push(
        shield.onReloaded((by) => {
          this.#unasked(() => this.#refresh(by));
        }),
      );
    }
  }

  /** The settings that a server starts with. */
  get settings(): ServerOptions {
    const { hasSeveral, fallback } = this.#contexts;
    if (!hasSeveral) return fallback.settings;
    const SNICallback: ServerOptions["SNICallback"] = (name, done) => {
      done(null, this.#contexts.of(name).secureContext);
    };
    return { ...fallback.settings, SNICallback };
  }

  /** From now on the contexts are those of this server, and what the application sets later keeps what this library needs. */
  attach(server: TlsServer): void {
    const setSecureContext = server.setSecureContext.bind(server);
    const addContext = server.addContext.bind(server);
    const { fallback } = this.#contexts;
    const { SNICallback } = this.settings;
    this.#exchange = () => {
      const settings = { ...fallback.settings, ...(SNICallback && { SNICallback }) };
      const safe = safeTls(settings);
      setSecureContext(this.#hasAdded ? withoutTickets(safe) : safe);
    };
    server.setSecureContext = (options) => {
      fallback.replace(options);
      this.#exchange();
    };
    server.addContext = (name, context) => {
      if (this.#own.length > 1) {
        throw new ConfigError("addContext", "goes against serverNames", "Use one of them.");
      }
      if (server.listenerCount("resumeSession") > 0) throw sharedSessions();
      this.#hasAdded = true;
      this.#contexts.set(name, fallback.copy());
      this.#exchange();
      addContext(name, context);
    };
    server.on("newListener", (event: string | symbol) => {
      const hasSeveral = this.#contexts.hasSeveral || SNICallback !== undefined;
      if (event === "resumeSession" && hasSeveral) throw sharedSessions();
    });
  }

  /** Reads certificates, keys and authorities anew; where anything is wrong with them, all stays as it was. */
  reload(by: ReloadCause): void {
    const isNew = this.#refresh(by);
    if (!isNew && by === "watch") return;
    this.#emitReload({ outcome: "reloaded", subject: "server-certificate", by });
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  /** Nobody waits for it: listeners were told of a failure, and what was in use stays so until the next change. */
  #unasked(reload: () => void): void {
    try {
      reload();
    } catch (fault) {
      if (!(fault instanceof ConfigError)) throw fault;
    }
  }

  /** Whether anything is another than before. */
  #refresh(by: ReloadCause): boolean {
    try {
      const read = this.#own.map((context) => ({ context, settings: context.read() }));
      const changed = read.filter(({ context, settings }) => context.isNew(settings));
      for (const { context, settings } of changed) {
        context.use(settings);
        if (context === this.#contexts.fallback) this.#exchange();
      }
      return changed.length > 0;
    } catch (fault) {
      const problem = describeFault(fault);
      this.#emitReload({ outcome: "failed", subject: "server-certificate", by, problem });
      throw fault;
    }
  }
}

/** A store of sessions gives those of one context to another: a client of one authority would come in as that of the other. */
function sharedSessions(): ConfigError {
  return new ConfigError(
    "resumeSession",
    "shares sessions between several TLS contexts (CVE-2025-23419)",
    "Leave the session store out, or give each context a server of its own.",
  );
}
