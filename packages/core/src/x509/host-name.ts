/** Labels of letters, digits, hyphens and underscores: RFC 1034 3.5 has no underscores, real hosts do. */
const hostName = /^(?!-)[\w-]{1,63}(?<!-)(?:\.(?!-)[\w-]{1,63}(?<!-))*$/;

/** A host as names are compared, in lower case; undefined when it is none: no wildcard, no final dot, no empty label. */
export function readHostName(text: string): string | undefined {
  // Tested as it is written: a lower-case letter of ASCII may come from one that is not.
  return text.length <= 253 && hostName.test(text) ? text.toLowerCase() : undefined;
}

/** Whether resolvers take the host for an IP address: its last label is a number, however it is written (WHATWG URL 3.5). */
export function isNumericHost(host: string): boolean {
  return /(?:^|\.)(?:\d+|0x[\da-f]*)$/i.test(host);
}

/** A host in the preferred name syntax (RFC 1034 3.5, RFC 1123 2.1), as issuers have to write it: without underscores, and no number last. */
export function isPreferredHostName(text: string): boolean {
  return readHostName(text) !== undefined && !text.includes("_") && !isNumericHost(text);
}
