import { readHostName } from "../../../x509/host-name.ts";
import { isBelow, type LocatedHost } from "./located-host.ts";
import { plainSubtree, type Subtree } from "./subtree.ts";

/**
 * RFC 5280 4.2.1.10 for the hosts of mailboxes and URIs, where unlike for DNS names `host` is that host alone, and `.domain`
 * every host below the domain; nothing stands for every host. Undefined: malformed.
 */
export function readHostSubtree(base: string): Subtree<LocatedHost> | undefined {
  if (base === "") return plainSubtree(() => true);
  const isDomain = base.startsWith(".");
  const top = readHostName(isDomain ? base.slice(1) : base);
  if (top === undefined) return undefined;
  return plainSubtree(isDomain ? (host) => isBelow(host, top) : ({ name }) => name === top);
}
