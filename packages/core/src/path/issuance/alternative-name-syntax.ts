import type { GeneralName } from "../../x509/general-name.ts";

/** A label as RFC 1034 3.5 and RFC 1123 2.1 want it: letters, digits and inner hyphens, 63 at most. */
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

const labels = new RegExp(`^${label}(?:\\.${label})*$`);
const endsInNumber = /(?:^|\.)\d+$/;

/** A host name, whose last label is never a number: that would be an IP address. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && labels.test(text) && !endsInNumber.test(text);
}

/** The first name that is not in the form that RFC 5280 4.2.1.6 prescribes for its type. */
export function findNameSyntaxFault(names: readonly GeneralName[]): string | undefined {
  for (const name of names) {
    switch (name.type) {
      case "dns":
        if (!isHostOrWildcard(name.value)) return name.value;
        break;
      case "email":
        if (!/^[^@]+@[^@]+$/.test(name.value)) return name.value;
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
  return isHostName(name.startsWith("*.") ? name.slice(2) : name);
}
