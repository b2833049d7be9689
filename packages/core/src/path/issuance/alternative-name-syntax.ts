import type { GeneralName } from "../../x509/general-name.ts";
import { isPreferredHostName } from "../../x509/host-name.ts";
import { readMailbox } from "../../x509/mailbox.ts";

/** The first name that is not in the form that RFC 5280 4.2.1.6 prescribes for its type. */
export function findNameSyntaxFault(names: readonly GeneralName[]): string | undefined {
  for (const name of names) {
    switch (name.type) {
      case "dns":
        if (!isHostOrWildcard(name.value)) return name.value;
        break;
      case "email":
        if (readMailbox(name.value) === undefined) return name.value;
        break;
      case "uri":
        if (!/^[A-Za-z][A-Za-z0-9+.-]*:./.test(name.value)) return name.value;
        break;
      case "ip":
      case "directory":
      case "other":
    }
  }
  return undefined;
}

/** A wildcard (RFC 9525 6.3) stands for the whole leftmost label. */
function isHostOrWildcard(name: string): boolean {
  return isPreferredHostName(name.startsWith("*.") ? name.slice(2) : name);
}
