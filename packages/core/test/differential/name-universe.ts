import fc from "fast-check";

import type { NameForm, WrittenName } from "./written-name.ts";

/**
 * Few names and few constraints, so that they often meet: by a common end without a common label, by case, by wildcards,
 * by leading dots, and malformed ones.
 */
const names: Readonly<Record<NameForm, readonly string[]>> = {
  dns: [
    ...["example.com", "www.example.com", "a.www.example.com", "WWW.Example.COM", "example.org"],
    ...["myexample.com", "*.example.com", "*.www.example.com", "*.com", "host_1.example.com"],
    ...["example.com.", ".example.com", "www..example.com", "10.0.0.1", "w*.example.com"],
  ],
  email: [
    ...["joe@example.com", "Joe@example.com", "joe@EXAMPLE.com", "ann@example.com"],
    ...["joe@a.example.com", "joe@example.org", "joe@myexample.com", "joe", "@example.com"],
    ...["joe@x@example.com", '"j"@example.com'],
  ],
  uri: [
    ...["https://example.com/", "https://example.com", "https://www.example.com:8443/a"],
    ...["spiffe://example.com/a", "https://EXAMPLE.com/", "https://example.org/"],
    ...["https://joe@example.com/", "https://joe:x@example.com/", "https://10.0.0.1/"],
    ...["https://example.com?x", "https://example.com/a:b", "urn:example:1", "https:///a"],
    ...["https://example.com#a", "https://[2001:db8::1]/"],
  ],
  ip: [
    ...["0a000001", "0a010203", "c0a80001"],
    ...["20010db8000000000000000000000001", "20010db9000000000000000000000001"],
    ...["00000000000000000000ffff0a000001"],
  ],
  directory: [
    ...["O=Example/CN=a", "O=EXAMPLE/CN=a", "O:Example/CN=a", "O=Example/OU=a/CN=b", "O=Other"],
    ...["O= Example /CN=a", "O=Example", "O=Example+OU=a/CN=b", "OU=a+O=Example/CN=b"],
    ...["O=Exämple", "O=EXÄMPLE/CN=a"],
  ],
  other: ["1.3.6.1.4.1.32473.7", "1.3.6.1.4.1.32473.8", "id 1.3.6.1.4.1.32473.5"],
};

const bases: Readonly<Record<NameForm, readonly string[]>> = {
  dns: [
    ...["example.com", "example.com", "EXAMPLE.com", "www.example.com", ".example.com", "com", ""],
    ...["example.org", "*.example.com", "example..com", "e.com"],
  ],
  email: [
    ...["example.com", "example.com", ".example.com", "joe@example.com", "joe@EXAMPLE.com", ""],
    ...["example.org", "@example.com", "a.example.com"],
  ],
  uri: ["example.com", "example.com", "www.example.com", ".example.com", "EXAMPLE.com", "", "org"],
  ip: [
    ...["0a000000ff000000", "0a000001ffffffff", "0a000005ff000000", "0000000000000000"],
    ...["c0a80000ffff0000", "0a000000ff00ff00"],
    ...["20010db8000000000000000000000000ffffffff000000000000000000000000", "00".repeat(32)],
  ],
  directory: [
    ...["O=Example", "O=Example", "O=EXAMPLE", "O:Example", "O=Example/OU=a", "", "O=Other"],
    ...["O=Example/CN=a", "O=Example+OU=a", "O=Exämple", "OU=a"],
  ],
  other: ["1.3.6.1.4.1.32473.7", "1.3.6.1.4.1.32473.8", "id 1.3.6.1.4.1.32473.5"],
};

export const nameForms = ["dns", "email", "uri", "ip", "directory", "other"] as const;

function someOf(form: NameForm, values: readonly string[]): fc.Arbitrary<WrittenName> {
  return fc.constantFrom(...values).map((value) => ({ form, value }));
}

/** The first ones are the usual ones, and come more often. */
export function namesOf(form: NameForm): fc.Arbitrary<WrittenName> {
  return fc.oneof(someOf(form, names[form].slice(0, 4)), someOf(form, names[form]));
}

export function subtreesOf(form: NameForm): fc.Arbitrary<WrittenName> {
  return fc.oneof(someOf(form, bases[form].slice(0, 4)), someOf(form, bases[form]));
}

/** Subjects, some of which hold mailboxes or a common name that looks like a host. */
export const subjects: fc.Arbitrary<string> = fc.constantFrom(
  ...names.directory,
  ...[
    "",
    "O=Example/E=joe@example.com",
    "O=Example/E=joe@example.org",
    "O=Example/E:joe@example.com",
  ],
  ...["O=Example/CN=www.example.com", "O=Example/CN=www.example.org", "O=Example/CN=*.example.com"],
);
