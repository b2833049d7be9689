/** RFC 4514 section 2: a keyword or a dotted object identifier. */
const attributeType = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)$/i;

/** A name is printed at every start of a list, and nobody's is this long. */
const longestName = 8_192;

/**
 * A name as RFC 4514 text, in a form that is the same for the same name: case, spaces and ways of escaping do not count, nor
 * whether the general part comes first, as `openssl` prints it, or last. A serial number goes with it, so that nobody is meant by
 * accident; but whoever copies a name from the wrong tool must not deny nobody at all. Undefined when it is no such text.
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
    const name = fold(type);
    if (!attributeType.test(name)) return undefined;
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
