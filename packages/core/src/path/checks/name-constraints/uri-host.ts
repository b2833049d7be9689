import { isNumericHost } from "../../../x509/host-name.ts";
import { locateHost, type LocatedHost } from "./located-host.ts";

/**
 * RFC 3986 3.2: `scheme://user@host:port`, up to the path. No percent-encoding, nothing that readers of URIs mend, drop or
 * take for another separator (`\`): they would not all find the same host.
 */
const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[\w.~!$&'()*+,;=:-]*@)?([\w.-]+)(?::\d*)?(?=[/?#]|$)/i;

/**
 * The host that a URI constraint is compared with (RFC 5280 4.2.1.10). Undefined where there is no authority, or its host is
 * empty or an IP address, which that section refuses, and where the host is in doubt.
 */
export function readUriHost(uri: string): LocatedHost | undefined {
  const host = locateHost(authority.exec(uri)?.[1] ?? "");
  return host === undefined || isNumericHost(host.name) ? undefined : host;
}
