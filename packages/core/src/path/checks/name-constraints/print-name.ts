import { dottedOid } from "../../../asn1/oids.ts";
import type { GeneralName } from "../../../x509/general-name.ts";
import { printIpAddress } from "../../../x509/ip-address.ts";

/** A name for the operator: visible characters only. */
export function printName(name: GeneralName): string {
  switch (name.type) {
    case "dns":
    case "email":
    case "uri":
      return name.value;
    case "ip":
      return printIpAddress(name.value);
    case "directory":
      return name.value.text;
    case "other":
      // The type of an otherName is an object identifier key: octets of the certificate's own choice.
      return name.form.replace(/(?<=^otherName ).*/s, dottedOid);
  }
}
