import { der } from "@mtls-shield/testkit";

import * as form from "../general-names.ts";
import { nameOf, type Attribute } from "../certificates.ts";

const attributeTypes: Readonly<Record<string, string>> = {
  C: "2.5.4.6",
  CN: "2.5.4.3",
  E: "1.2.840.113549.1.9.1",
  O: "2.5.4.10",
  OU: "2.5.4.11",
};

/**
 * A Name as DER from text such as `O=Example/OU=a+CN=b`, the most general part first. `=` writes a UTF8String, `:` a
 * PrintableString; mailboxes are IA5Strings after `=`, and UTF8Strings after `:`.
 */
export function writeName(text: string): Uint8Array {
  const relativeNames = text === "" ? [] : text.split("/");
  return nameOf(...relativeNames.map((relative) => relative.split("+").map(writeAttribute)));
}

function writeAttribute(text: string): Attribute {
  const [, type = "", separator, value = ""] = /^(\w+)([=:])(.*)$/.exec(text) ?? [];
  const oid = attributeTypes[type]!;
  if (type === "E") return [oid, separator === "=" ? der.ia5String(value) : der.utf8String(value)];
  return [oid, separator === "=" ? der.utf8String(value) : der.printableString(value)];
}

/** A general name as it can be read in a failing test. */
export interface WrittenName {
  readonly form: NameForm;
  /** Addresses in hexadecimal; directory names as `writeName` takes them. */
  readonly value: string;
}

export type NameForm = "dns" | "email" | "uri" | "ip" | "directory" | "other";

/** As a name, or as the base of a constraint. */
export function writeGeneralName({ form: type, value }: WrittenName): Uint8Array {
  switch (type) {
    case "dns":
      return form.dns(value);
    case "email":
      return form.email(value);
    case "uri":
      return form.uri(value);
    case "ip":
      return form.ip(value);
    case "directory":
      return form.directory(writeName(value));
    case "other":
      return value.startsWith("id ")
        ? form.registeredId(value.slice(3))
        : form.otherName(value, der.utf8String("a"));
  }
}
