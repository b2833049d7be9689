import { readHostName } from "../../../x509/host-name.ts";
import { domainsOf, isBelow, locateHost, type LocatedHost } from "./located-host.ts";
import { plainSubtree, type Subtree } from "./subtree.ts";

/** A DNS name of a certificate, which may begin with a wildcard label. */
export interface DnsName extends LocatedHost {
  /** What follows the wildcard label. */
  readonly belowWildcard?: string;
}

/** Undefined: neither a host nor a wildcard label before one. */
export function readDnsName(text: string): DnsName | undefined {
  if (!text.startsWith("*.")) return locateHost(text);
  const belowWildcard = readHostName(text.slice(2));
  if (belowWildcard === undefined) return undefined;
  const name = `*.${belowWildcard}`;
  return { name, domains: domainsOf(name), belowWildcard };
}

/**
 * RFC 5280 4.2.1.10: a host with everything below it; nothing stands for every host. Undefined: malformed.
 * A leading dot is none of its forms. Where it is written it means the hosts below alone, as everybody reads it.
 */
export function readDnsSubtree(base: string): Subtree<DnsName> | undefined {
  if (base === "") return plainSubtree(() => true);
  if (base.startsWith(".")) {
    const domain = readHostName(base.slice(1));
    // A wildcard lies below the domain with all that it stands for, or with nothing of it.
    return domain === undefined ? undefined : plainSubtree((name) => isBelow(name, domain));
  }
  const top = readHostName(base);
  return top === undefined ? undefined : subtreeFrom(top);
}

function subtreeFrom(top: string): Subtree<DnsName> {
  // CVE-2025-61727: a wildcard for the labels at the height of the top stands for the top, too.
  // (A top of one label counts as above itself: its wildcards lie below it anyway.)
  const aboveTop = top.slice(top.indexOf(".") + 1);
  return {
    contains: ({ domains }) => domains.has(top),
    touches: ({ domains, belowWildcard }) => domains.has(top) || belowWildcard === aboveTop,
    cost: 1,
  };
}
