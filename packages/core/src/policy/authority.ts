/**
 * The host that a request names, in lower case, without port and final dot; undefined when it names none, several, or one
 * that is malformed. An absolute target has to agree with the Host header (RFC 9112 3.2.2): frameworks read the latter.
 */
export function readAuthority(
  hosts: readonly string[],
  targetAuthority: string | undefined,
): string | undefined {
  const [first, ...others] = hosts;
  const host = first === undefined ? undefined : parseHost(first);
  if (host === undefined || others.length > 0) return undefined;
  return targetAuthority === undefined || parseHost(targetAuthority) === host ? host : undefined;
}

function parseHost(authority: string): string | undefined {
  const [, name] =
    /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])\.?(?::\d{1,5})?$/i.exec(authority) ?? [];
  return name?.toLowerCase();
}
