import { ConfigError } from "@mtls-shield/core";

/** How this process was started. */
export interface ProcessSettings {
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A lenient parser takes two requests for one where a proxy saw one, or the other way round (RFC 9112 11.2): what was judged
 * would not be what is answered.
 */
export function refuseInsecureParser(
  { execArgv, env }: ProcessSettings = process,
  options: object = {},
): void {
  const flag = "--insecure-http-parser";
  const flags = [...execArgv, ...(env["NODE_OPTIONS"] ?? "").split(/\s+/)];
  // Node takes quotes and a value as well, and turns it on whatever the value is.
  const isSet = flags.some(
    (given) => given.replace(/["\\]/g, "").replaceAll("_", "-").split("=", 1)[0] === flag,
  );
  // Among the options of a server, or what Node made of them on the server itself.
  if ("insecureHTTPParser" in options && options.insecureHTTPParser === true) {
    throw new ConfigError(
      "insecureHTTPParser",
      "is true, which lets requests be smuggled in",
      "Leave it out.",
    );
  }
  if (!isSet) return;
  throw new ConfigError(
    flag,
    "is set for this process, which lets requests be smuggled in",
    "Start Node without it, also in NODE_OPTIONS, and mend the client that needs it.",
  );
}
