/** RFC 4514 section 2: a dotted object identifier, for which a keyword may stand. */
const dottedType = /^\d+(?:\.\d+)+$/;

/** Keywords of RFC 4514 section 3, and those that `openssl` prints besides. By any other an entry would deny nobody. */
const typesByKeyword = new Map([
  ["cn", "2.5.4.3"],
  ["sn", "2.5.4.4"],
  ["serialnumber", "2.5.4.5"],
  ["c", "2.5.4.6"],
  ["l", "2.5.4.7"],
  ["st", "2.5.4.8"],
  ["street", "2.5.4.9"],
  ["o", "2.5.4.10"],
  ["ou", "2.5.4.11"],
  ["title", "2.5.4.12"],
  ["description", "2.5.4.13"],
  ["businesscategory", "2.5.4.15"],
  ["postalcode", "2.5.4.17"],
  ["telephonenumber", "2.5.4.20"],
  ["name", "2.5.4.41"],
  ["gn", "2.5.4.42"],
  ["initials", "2.5.4.43"],
  ["generationqualifier", "2.5.4.44"],
  ["dnqualifier", "2.5.4.46"],
  ["pseudonym", "2.5.4.65"],
  ["organizationidentifier", "2.5.4.97"],
  ["uid", "0.9.2342.19200300.100.1.1"],
  ["dc", "0.9.2342.19200300.100.1.25"],
  ["emailaddress", "1.2.840.113549.1.9.1"],
  ["unstructuredname", "1.2.840.113549.1.9.2"],
  ["jurisdictionl", "1.3.6.1.4.1.311.60.2.1.1"],
  ["jurisdictionst", "1.3.6.1.4.1.311.60.2.1.2"],
  ["jurisdictionc", "1.3.6.1.4.1.311.60.2.1.3"],
]);

/** A name is printed at every start of a list, and nobody's is this long. */
const longestName = 8_192;

/**
 * A name as RFC 4514 text, in a form that is the same for the same name: case, spaces and ways of escaping do not count, nor
 * whether the general part comes first, as `openssl` prints it, or last. A serial number goes with it, so that nobody is meant by
 * accident; but whoever copies a name from the wrong tool must not deny nobody at all. Undefined when it is no such text, or has
 * an attribute by a keyword that is not known.
 */
export function issuerNameKey(text: string): string | undefined {
  if (text.length > longestName) return undefined;
  const relativeNames = readNames(text);
  if (relativeNames === undefined) return undefined;
  const forward = relativeNames.join(",");
  const backward = relativeNames.reverse().join(",");
  return forward < backward ? forward : backward;
}

/** Relative names are parted by commas, their attributes by plus signs, type and value by an equals sign. */
function readNames(text: string): string[] | undefined {
  const names: string[] = [];
  let attributes: string[] = [];
  for (const { content, end } of splitName(text)) {
    const [type, value, ...others] = content;
    if (type === undefined || value === undefined || others.length > 0) return undefined;
    const keyword = fold(type);
    const name = dottedType.test(keyword) ? keyword : typesByKeyword.get(keyword);
    if (name === undefined) return undefined;
    attributes.push(`${name}=${fold(value)}`);
    if (end === "+") continue;
    names.push(JSON.stringify(attributes.sort()));
    attributes = [];
  }
  return names;
}

interface Part {
  /** What stands between unescaped equals signs. */
  readonly content: readonly string[];
  /** The sign that it ends with. */
  readonly end: string;
}

/** RFC 4514 section 3: a backslash stands before a character, or before two hex digits that are an octet of UTF-8. */
const token = /((?:\\[0-9a-f]{2})+)|\\(.)|([,+=])|([^\\,+=]+)|\\/gisu;

function splitName(text: string): Part[] {
  const parts: Part[] = [];
  let content = [""];
  for (const [whole, octets, escaped, sign, plain] of text.matchAll(token)) {
    if (sign === "=") {
      content.push("");
    } else if (sign !== undefined) {
      parts.push({ content, end: sign });
      content = [""];
    } else {
      const decoded =
        octets === undefined
          ? (escaped ?? plain ?? whole)
          : Buffer.from(octets.replaceAll("\\", ""), "hex").toString("utf8");
      content.push(`${content.pop() as string}${decoded}`);
    }
  }
  return [...parts, { content, end: "," }];
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}
