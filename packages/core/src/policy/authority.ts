/**
 * The hosts that some router could take a request for, without port: in lower case without final dot, as RFC 9110 4.2.3
 * compares them, and as they were written. Undefined when the request names none, several, or one that is malformed. An
 * absolute target has to agree with the Host header (RFC 9112 3.2.2): frameworks read the latter.
 */
export function readAuthority(
  headers: readonly string[],
  targetAuthority: string | undefined,
): readonly [string, ...string[]] | undefined {
  const [first, ...others] = headers;
  const hosts = first === undefined ? undefined : parseHost(first);
  if (hosts === undefined || others.length > 0) return undefined;
  if (targetAuthority !== undefined && parseHost(targetAuthority)?.[0] !== hosts[0])
    return undefined;
  return hosts;
}

function parseHost(authority: string): readonly [string, ...string[]] | undefined {
  const [, written, name] =
    /^(([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])\.?)(?::\d{1,5})?$/i.exec(authority) ?? [];
  if (written === undefined || name === undefined) return undefined;
  const host = name.toLowerCase();
  return host === written ? [host] : [host, name, written];
}
