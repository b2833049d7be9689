import { readMailbox } from "../../../x509/mailbox.ts";
import { readHostSubtree } from "./host-subtree.ts";
import { domainsOf, type LocatedHost } from "./located-host.ts";
import { plainSubtree, type Subtree } from "./subtree.ts";

/** A mailbox of a certificate. */
export interface EmailName {
  readonly local: string;
  readonly host: LocatedHost;
}

/** Undefined: not one mailbox. */
export function readEmailName(text: string): EmailName | undefined {
  const mailbox = readMailbox(text);
  if (mailbox === undefined) return undefined;
  const { local, host } = mailbox;
  return { local, host: { name: host, domains: domainsOf(host) } };
}

/** RFC 5280 4.2.1.10: one mailbox (an asterisk in it is a character like any other), or those of some hosts. Undefined: malformed. */
export function readEmailSubtree(base: string): Subtree<EmailName> | undefined {
  if (!base.includes("@")) {
    const hosts = readHostSubtree(base);
    return hosts && plainSubtree(({ host }) => hosts.contains(host));
  }
  const mailbox = readMailbox(base);
  return (
    mailbox &&
    plainSubtree(({ local, host }) => local === mailbox.local && host.name === mailbox.host)
  );
}
