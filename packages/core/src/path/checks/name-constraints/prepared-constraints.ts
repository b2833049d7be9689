import type { DistinguishedName } from "../../../x509/distinguished-name.ts";
import { printIpAddress } from "../../../x509/ip-address.ts";
import type { GeneralSubtree, NameConstraints } from "../../../x509/name-constraints.ts";
import { directorySubtree } from "./directory-subtree.ts";
import { readDnsSubtree, type DnsName } from "./dns-subtree.ts";
import { readEmailSubtree, type EmailName } from "./email-subtree.ts";
import { FormSubtrees, type Side } from "./form-subtrees.ts";
import { readHostSubtree } from "./host-subtree.ts";
import { readIpSubtree } from "./ip-subtree.ts";
import type { LocatedHost } from "./located-host.ts";

/** One NameConstraints, by name form. */
export interface PreparedConstraints {
  readonly directory: FormSubtrees<DistinguishedName>;
  readonly dns: FormSubtrees<DnsName>;
  readonly email: FormSubtrees<EmailName>;
  /** By the host of the URI's authority. */
  readonly uri: FormSubtrees<LocatedHost>;
  readonly ip: FormSubtrees<DataView>;
  /** Forms that are constrained and that the engine cannot compare: `OtherName.form`. */
  readonly otherForms: ReadonlySet<string>;
}

interface Draft extends PreparedConstraints {
  readonly otherForms: Set<string>;
}

/** A trust anchor's constraints are asked at every verification, and those of an intermediate on every path. */
const prepared = new WeakMap<NameConstraints, PreparedConstraints | string>();

/** A string is a base that has no meaning. */
export function prepareConstraints(constraints: NameConstraints): PreparedConstraints | string {
  let result = prepared.get(constraints);
  if (result === undefined) {
    result = readConstraints(constraints);
    prepared.set(constraints, result);
  }
  return result;
}

function readConstraints(constraints: NameConstraints): PreparedConstraints | string {
  const draft: Draft = {
    directory: new FormSubtrees(),
    dns: new FormSubtrees(),
    email: new FormSubtrees(),
    uri: new FormSubtrees(),
    ip: new FormSubtrees(),
    otherForms: new Set(),
  };
  for (const side of ["permitted", "excluded"] as const) {
    for (const subtree of constraints[side]) {
      const malformed = addSubtree(draft, side, subtree);
      if (malformed !== undefined) return malformed;
    }
  }
  return draft;
}

/** The base, when it is malformed. */
function addSubtree(draft: Draft, side: Side, base: GeneralSubtree): string | undefined {
  const { hasDistance } = base;
  switch (base.type) {
    case "dns":
      return draft.dns.add(side, readDnsSubtree(base.value), hasDistance) ? undefined : base.value;
    case "email":
      return draft.email.add(side, readEmailSubtree(base.value), hasDistance)
        ? undefined
        : base.value;
    case "uri":
      return draft.uri.add(side, readHostSubtree(base.value), hasDistance) ? undefined : base.value;
    case "ip":
      return draft.ip.add(side, readIpSubtree(base.address, base.mask), hasDistance)
        ? undefined
        : `${printIpAddress(base.address)}/${printIpAddress(base.mask)}`;
    case "directory":
      draft.directory.add(side, directorySubtree(base.value), hasDistance);
      return undefined;
    case "other":
      draft.otherForms.add(base.form);
      return undefined;
  }
}
