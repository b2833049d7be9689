/**
 * A SHA-256 value that somebody wrote down, as lower-case hex: hex with or without colons, base64 or base64url, with or
 * without a `sha256:` or `sha256/` in front. Undefined when it is none.
 */
export function parseSha256(text: string): string | undefined {
  const rest = text.trim().replace(/^sha-?256[:/=]\s*/i, "");
  // A slash is a digit of base64 too: it is the second of `sha256//` only where there are 43 digits without it.
  const value = /^\/(?!.{42}=?$)/.test(rest) ? rest.slice(1).trimStart() : rest;
  if (/^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/i.test(value))
    return value.replaceAll(":", "").toLowerCase();
  if (!/^([A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/.test(value)) return undefined;
  const bytes = Buffer.from(value, "base64");
  // The last character of 43 carries two bits beyond the 256: they have to be zero, or two texts would mean one value.
  const canonical = bytes.toString("base64").replace(/=$/, "");
  const given = value.replaceAll("-", "+").replaceAll("_", "/").replace(/=$/, "");
  return bytes.length === 32 && canonical === given ? bytes.toString("hex") : undefined;
}
