import type { ServerOptions } from "node:https";
import { ConfigError } from "@mtls-shield/core";
import { isPlainObject, readBoolean, suggest } from "@mtls-shield/core/adapter";
import type { Face } from "../judge-request.ts";
import { mtls, mtlsOptionNames, type MtlsHandler, type MtlsOptions } from "../mtls.ts";
import {
  readHandshakeLimits,
  type HandshakeLimits,
  type HandshakeOptions,
} from "./arrivals/handshake-limits.ts";
import { HostContext } from "./host-context.ts";
import { HostContexts } from "./host-contexts.ts";
import { readAge, requireFace, type ProtectOptions } from "./protect-server.ts";
import {
  readProxyProtocol,
  type ProxyProtocol,
  type ProxyProtocolOptions,
} from "./proxy-protocol/proxy-protocol.ts";
import { readReloadSignal } from "./reload-on-signal.ts";
import { credentialNames, type CredentialOptions } from "./server-credentials.ts";

/** What a TLS server has of its own for one host name: the settings of TLS, and whom it admits. */
export interface HostOptions extends CredentialOptions, Omit<MtlsOptions, "reloadSignal"> {
  /** What `mtls()` returned, of any framework, in place of its options here. */
  readonly shield?: Pick<MtlsHandler, "handle">;
}

/**
 * Options of a server: those of `https.createServer`, and those of `mtls()`: what stands before the application for every
 * request, whatever the application mounts.
 */
export interface MtlsServerOptions
  extends Omit<ServerOptions, "key" | "cert">, HostOptions, ProtectOptions {
  /** A signal upon which the server does what `reload()` does. Default: none. */
  readonly reloadSignal?: NodeJS.Signals;
  /** HTTP/2 as well, for clients that know it. Default: false. */
  readonly http2?: boolean;
  /**
   * Certificates and shields for host names of their own, such as `"partners.example.com"` or `"*.example.com"`. A request for a
   * host that its connection was not opened for is refused with 421.
   */
  readonly serverNames?: Readonly<Record<string, HostOptions>>;
  /**
   * Whether clients are told the names of the authorities whose certificates are accepted, by which some choose theirs; everybody
   * can read them. Default: true.
   */
  readonly sendAuthorityNames?: boolean;
  /** How much clients may cost before they are known; `false`: as much as they like. */
  readonly handshakes?: HandshakeOptions | false;
  /** For TCP load balancers that put the client's address in front of a connection (PROXY protocol, versions 1 and 2). Default: nobody does. */
  readonly proxyProtocol?: ProxyProtocolOptions;
}

/** The options after reading. */
export interface MtlsServerSettings {
  readonly contexts: HostContexts<HostContext>;
  /** For `node:http(s)` and `node:http2`: what is left. */
  readonly tls: Omit<ServerOptions, "key" | "cert">;
  readonly isHttp2: boolean;
  readonly reloadSignal: NodeJS.Signals | undefined;
  readonly maxConnectionAgeMs: number | undefined;
  readonly handshakes: HandshakeLimits | undefined;
  readonly proxyProtocol: ProxyProtocol | undefined;
}

const ownNames = [
  "shield",
  "http2",
  "serverNames",
  "sendAuthorityNames",
  "reloadSignal",
  "handshakes",
  "proxyProtocol",
  "maxConnectionAgeMs",
] as const;

/** What a host may have of its own. OpenSSL takes the rest from the default context, whatever another one says. */
const hostNames: ReadonlySet<string> = new Set([...credentialNames, ...mtlsOptionNames, "shield"]);

/** What hosts do not inherit: who the default host is, and whom it admits. */
const ownToHost: ReadonlySet<string> = new Set([
  ...credentialNames,
  "ca",
  "pskCallback",
  "SNICallback",
]);

/** Names of Node's that look like some of ours. */
const nodeNames: ReadonlySet<string> = new Set([
  "timeout",
  "servername",
  "ca",
  "cert",
  "key",
  "crl",
]);

/** Handlers that are made of the options end with the server, or at once where there will be none: `own` collects them. */
export function readMtlsServerOptions(
  options: MtlsServerOptions,
  own: Pick<MtlsHandler, "close">[],
): MtlsServerSettings {
  if (!isPlainObject(options)) {
    throw new ConfigError("options", "is not an object", "Write { key, cert, trust }.");
  }
  refuseMisspelt(options);
  const {
    http2,
    serverNames,
    sendAuthorityNames,
    reloadSignal,
    handshakes,
    proxyProtocol,
    maxConnectionAgeMs,
    ...host
  } = options;
  const isNamed = readBoolean(sendAuthorityNames, true, "sendAuthorityNames");
  const makeContext = (given: HostOptions, option: string): HostContext => {
    const face = readFace(given, option, own);
    return new HostContext({
      tls: withoutShield(given),
      watch: given.watch !== false,
      face,
      option,
      sendAuthorityNames: isNamed,
      sendTickets: serverNames === undefined,
    });
  };
  const contexts = new HostContexts(makeContext(host, ""));
  const tls = withoutShield(host);
  const shared = Object.fromEntries(Object.entries(tls).filter(([name]) => !ownToHost.has(name)));
  // Nobody who turned watching off means only some of the files.
  const watch = options.watch === false ? { watch: false } : {};
  for (const [name, given] of readServerNames(serverNames)) {
    // What counts for every host is written once, such as the versions of TLS; who it is and whom it admits is not.
    const context = makeContext({ ...shared, ...watch, ...given }, `serverNames["${name}"].`);
    contexts.set(name, context);
  }
  if (contexts.hasSeveral) requireSeparateTrust(contexts, host);
  return {
    contexts,
    tls,
    isHttp2: readBoolean(http2, false, "http2"),
    reloadSignal: readReloadSignal(reloadSignal),
    maxConnectionAgeMs: readAge(maxConnectionAgeMs),
    handshakes: readHandshakeLimits(handshakes),
    proxyProtocol: proxyProtocol === undefined ? undefined : readProxyProtocol(proxyProtocol),
  };
}

/** Who is admitted: by the shield that is given, or one that is made of the options here; undefined where there are none. */
function readFace(
  options: HostOptions,
  option: string,
  own: Pick<MtlsHandler, "close">[],
): Face | undefined {
  const inline = Object.entries(options).filter(([name]) => isShieldOption(name));
  // Whether files are watched is asked of the certificate as well; which others are is the shield's alone.
  const [first] = inline
    .filter(([name, value]) => name !== "watch" || typeof value !== "boolean")
    .map(([name]) => name);
  if ("shield" in options) {
    if (first === undefined) return requireFace(options.shield, `${option}shield`);
    throw new ConfigError(
      `${option}${first}`,
      "stands beside `shield`, which has options of its own",
      "Write it into mtls({ ... }).",
    );
  }
  if (first === undefined) return undefined;
  const handler = makeHandler(Object.fromEntries(inline), option);
  own.push(handler);
  return requireFace(handler, `${option}shield`);
}

/** `mtls()` does not know where its options stand. */
function makeHandler(options: MtlsOptions, option: string): MtlsHandler {
  try {
    return mtls(options);
  } catch (fault) {
    throw fault instanceof ConfigError ? fault.within(option) : fault;
  }
}

function readServerNames(input: unknown): readonly (readonly [string, HostOptions])[] {
  if (input === undefined) return [];
  const entries = isPlainObject(input) ? Object.entries(input) : [];
  if (entries.length === 0 || !entries.every(([, host]) => isPlainObject(host))) {
    throw new ConfigError(
      "serverNames",
      "is not an object with options by host name",
      'Write { "partners.example.com": { key, cert, trust } }.',
    );
  }
  for (const [name, host] of entries) {
    const option = `serverNames["${name}"].`;
    refuseMisspelt(host as object, option);
    for (const key of Object.keys(host as object)) {
      if (hostNames.has(key)) continue;
      throw new ConfigError(
        `${option}${key}`,
        "is not an option of one host: TLS and Node know it for the whole server only",
        "Write it beside serverNames. Who is admitted is up to `trust` and the other options of mtls().",
      );
    }
  }
  return entries as [string, HostOptions][];
}

/** Node does not say which context a connection uses, so that each shield has to know itself whom it trusts. */
function requireSeparateTrust(
  contexts: HostContexts<HostContext>,
  { SNICallback }: MtlsServerOptions,
): void {
  if (SNICallback !== undefined) {
    throw new ConfigError("SNICallback", "goes against serverNames", "Use one of them.");
  }
  for (const { face, option } of contexts.all) {
    if (face?.shield.authoritiesAsPem() !== undefined) continue;
    throw new ConfigError(
      `${option}trust`,
      "is missing, and several host names need to know each for itself whom to trust",
      "Pass `trust` here, or a `shield` that was made with it.",
    );
  }
}

function isShieldOption(name: string): boolean {
  return (mtlsOptionNames as readonly string[]).includes(name);
}

function withoutShield<Options extends object>(
  options: Options,
): Omit<Options, keyof MtlsOptions | "shield"> {
  const others = Object.entries(options).filter(
    ([name]) => name !== "shield" && !isShieldOption(name),
  );
  return Object.fromEntries(others) as Omit<Options, keyof MtlsOptions | "shield">;
}

/** A safeguard that got lost on the way would leave the API open. Other names are Node's, which knows more from release to release. */
function refuseMisspelt(options: object, option = ""): void {
  const known: readonly string[] = [...ownNames, ...mtlsOptionNames];
  for (const name of Object.keys(options)) {
    const meant = known.includes(name) ? undefined : suggest(name, known);
    if (meant === undefined || nodeNames.has(name)) continue;
    throw new ConfigError(`${option}${name}`, "is not an option", `Did you mean "${meant}"?`);
  }
}
