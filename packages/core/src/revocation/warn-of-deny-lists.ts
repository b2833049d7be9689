import cluster from "node:cluster";
import type { ConfigWarning } from "../base/config-warning.ts";
import type { DenyList } from "./deny-list/deny-list.ts";
import type { RevocationSettings } from "./revocation-options.ts";

/** Tells what the operator should know of own lists: which of them other processes never hear of, and which can be evaded. */
export function warnOfDenyLists(
  { denyLists, store }: Pick<RevocationSettings, "denyLists" | "store">,
  warn: (warning: ConfigWarning) => void,
): void {
  // A store is there for other instances, or for the process that comes after this one.
  const isOneOfSeveral = cluster.isWorker || store !== undefined;
  for (const list of denyLists) {
    if (isOneOfSeveral && list.convergesWithinMs === undefined) warn(alone(list));
    // Its entries are not known before.
    const tellOfEntries = (): void => {
      for (const warning of list.warnings) warn(warning);
    };
    void list.ready().then(tellOfEntries, () => undefined);
  }
}

function alone({ source }: DenyList): ConfigWarning {
  return {
    option: "revocation.denied",
    message:
      `a list of denied certificates is kept in ${source}: what this process denies, others let in. ` +
      "Use createDenyList({ file }), or ({ store }) with a store that they share.",
  };
}
