import cluster from "node:cluster";
import type { ConfigWarning } from "../base/config-warning.ts";
import type { RevocationSettings } from "./revocation-options.ts";

type MarkSettings = Pick<
  RevocationSettings,
  "mode" | "listOrigins" | "certificateAddresses" | "store"
>;

/** Tells the operator once, whatever the number of trust sets, where workers do not know what lists the others have seen. */
export function warnOfUnsharedMarks(
  all: readonly MarkSettings[],
  warn: (warning: ConfigWarning) => void,
): void {
  if (!cluster.isWorker || !all.some(keepsMarksAlone)) return;
  warn({
    option: "revocation.store",
    message:
      "is missing in a cluster worker, which remembers the numbers of lists for itself: once started anew it takes a list that is older " +
      "than what the others have seen. Pass a store that they share, such as createFileStore({ folder }) of @mtls-shield/stores/file.",
  });
}

function keepsMarksAlone({
  mode,
  listOrigins,
  certificateAddresses,
  store,
}: MarkSettings): boolean {
  if (mode === "off" || store !== undefined) return false;
  return listOrigins.length > 0 || certificateAddresses !== undefined;
}
