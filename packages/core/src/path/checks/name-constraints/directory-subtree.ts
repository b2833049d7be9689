import type { DistinguishedName } from "../../../x509/distinguished-name.ts";
import { plainSubtree, type Subtree } from "./subtree.ts";

/** RFC 5280 4.2.1.10, 7.1: the names that begin with the relative names of the base; an empty base begins them all. */
export function directorySubtree(base: DistinguishedName): Subtree<DistinguishedName> {
  const wanted = base.relativeKeys;
  return plainSubtree(
    ({ relativeKeys }) =>
      wanted.length <= relativeKeys.length &&
      wanted.every((key, index) => key === relativeKeys[index]),
    Math.max(wanted.length, 1),
  );
}
