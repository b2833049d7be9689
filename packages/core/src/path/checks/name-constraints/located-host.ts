import { readHostName } from "../../../x509/host-name.ts";

/** A host, taken apart once, so that comparing it with a domain takes the same time however long both are. */
export interface LocatedHost {
  readonly name: string;
  /** The domains that it lies in: itself, every one above it, and the root, which is empty. */
  readonly domains: ReadonlySet<string>;
}

/** Undefined: no host. */
export function locateHost(text: string): LocatedHost | undefined {
  const name = readHostName(text);
  return name === undefined ? undefined : { name, domains: domainsOf(name) };
}

/** The name is a host's, or has a wildcard label before one. */
export function domainsOf(name: string): ReadonlySet<string> {
  const domains = new Set(["", name]);
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    domains.add(name.slice(dot + 1));
  }
  return domains;
}

/** Whether the host lies below the domain. */
export function isBelow({ name, domains }: LocatedHost, domain: string): boolean {
  return name !== domain && domains.has(domain);
}
