/** The paths that some router or static server could take a request target for. */
export interface TargetReadings {
  /** Each starts with a slash and ends without one; the root is the empty string. */
  readonly paths: readonly string[];
  /** Whether a reading has letters whose case a router may ignore. */
  readonly hasCase: boolean;
  /** Whether an encoded slash divides segments in one reading and not in another. */
  readonly hasEncodedSlash: boolean;
  /** The authority of an absolute-form target (RFC 9112 3.2.2). */
  readonly authority: string | undefined;
}

/** More readings than any honest target has. */
const maximumReadings = 32;

/**
 * Lists the readings of a request target, query left out; undefined when they cannot be listed: control characters,
 * backslashes, a fragment, broken or double percent-encoding, characters outside ASCII.
 */
export function readTarget(target: string): TargetReadings | undefined {
  return readPlainTarget(target) ?? readSpelledTarget(target);
}

/** The one reading of a target that leaves nothing to interpret: the usual case, told by looking at each character once. */
function readPlainTarget(target: string): TargetReadings | undefined {
  if (target.charCodeAt(0) !== 0x2f) return undefined;
  let hasCase = false;
  let end = target.length;
  let previous = 0x2f;
  for (let at = 1; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code === 0x3f) {
      if (!isQuery(target, at)) return undefined;
      end = at;
      break;
    }
    if (code >= 0x61 && code <= 0x7a) {
      // a to z: by far the most frequent.
    } else if (code >= 0x41 && code <= 0x5a) {
      hasCase = true;
    } else if (code === 0x2f) {
      if (previous === 0x2f || previous === 0x2e) return undefined;
    } else if (code === 0x2e) {
      if (previous === 0x2f) return undefined;
    } else if (code === 0x3a) {
      // A doubled colon starts a stream name on Windows; a single one ends many an API's custom method.
      if (previous === 0x3a) return undefined;
    } else if (!isPlain(code)) {
      return undefined;
    }
    previous = code;
  }
  if (previous === 0x2e) return undefined;
  const last = end > 0 && previous === 0x2f ? end - 1 : end;
  return {
    paths: [target.slice(0, last)],
    hasCase,
    hasEncodedSlash: false,
    authority: undefined,
  };
}

/** Digits and the marks that no router interprets: `- _ ~ ! $ & ' ( ) * + , = @`. */
function isPlain(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x5f ||
    code === 0x7e ||
    code === 0x21 ||
    code === 0x24 ||
    (code >= 0x26 && code <= 0x2c) ||
    code === 0x3d ||
    code === 0x40
  );
}

/** Visible ASCII without a fragment, from the question mark on. */
function isQuery(target: string, start: number): boolean {
  for (let at = start; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code < 0x21 || code > 0x7e || code === 0x23) return false;
  }
  return true;
}

function readSpelledTarget(target: string): TargetReadings | undefined {
  // RFC 9112 3.2 knows no fragment. For one, also in the query, and for some letters outside ASCII, routers turn to
  // Node's url.parse(), which finds hosts in paths and escapes letters, so that they cut prefixes off in wrong places.
  if (/[^\x21-\x7e]|#/.test(target)) return undefined;
  const query = target.indexOf("?");
  const beforeQuery = query === -1 ? target : target.slice(0, query);
  const origin = /^https?:\/\/[^/]*/i.exec(beforeQuery)?.[0];
  // RFC 9110 4.2.3: an authority alone means the root; with a query behind it some routers look for the path in there.
  const path = origin === target ? "/" : beforeQuery.slice(origin?.length);
  if (!isReadable(path)) return undefined;
  // An absolute target always goes to url.parse(), and these are the characters that it escapes.
  if (origin !== undefined && /["'<>^`{|}]/.test(path)) return undefined;

  const readings = new Set([upperCaseEscapes(path)]);
  // Each transformation is applied to what the others made, so that their order does not matter.
  for (const reading of readings) {
    for (const transform of transformations) {
      const result = transform(reading);
      if (result === undefined) return undefined;
      readings.add(result);
    }
    if (readings.size > maximumReadings) return undefined;
  }
  const paths = new Set([...readings].map((reading) => reading.replace(/\/$/, "")));
  return {
    paths: [...paths],
    hasCase: [...paths].some((reading) => foldCase(reading) !== reading),
    hasEncodedSlash: /%2f/i.test(path),
    authority: origin?.slice(origin.indexOf("//") + 2),
  };
}

/** A slash in front, percent-encoding well-formed, no backslash. */
function isReadable(path: string): boolean {
  return path.startsWith("/") && !/\\|%(?![0-9a-f]{2})/i.test(path);
}

/** RFC 3986 6.2.2.1: the digits of an escape have no case. */
function upperCaseEscapes(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}

/** What routers and static servers are known to do to a path. Undefined: what comes out can be read in yet other ways. */
const transformations: readonly ((path: string) => string | undefined)[] = [
  decode,
  decodeAllButSlashes,
  (path) => path.replace(/\/{2,}/g, "/"),
  (path) => path.replace(/\/\.(?=\/|$)/g, ""),
  // `..` climbs (RFC 3986 5.2.4), but not out of a mounted router: there it is dropped. Nobody knows where one is
  // mounted, so both are tried at each.
  (path) => path.replace(/\/[^/]*\/\.\.(?=\/|$)/, ""),
  (path) => path.replace(/\/\.\.(?=\/|$)/, ""),
  // Slashes start an authority for parsers that resolve a target (RFC 3986 4.2), or what a mounted router left of it;
  // two of them, or any number (WHATWG URL 4.4).
  (path) => path.replace(/\/{2,}[^/]*/, ""),
  // An encoded query or fragment ends the path where the target is decoded before it is divided.
  (path) => path.replace(/[?#].*$/s, ""),
  // Path parameters: dropped per segment (Java servers and their proxies), or the rest of the target (find-my-way).
  (path) => path.replace(/;[^/]*/g, ""),
  (path) => path.replace(/;.*$/s, ""),
  // Windows file systems ignore final dots and spaces of a name, and a stream name after it.
  (path) => path.replace(/([^/. ])[. ]+(?=\/|$)/g, "$1"),
  // Spaces go also where only dots are before them: URL parsers trim what is decoded first (WHATWG URL 4.4).
  (path) => path.replace(/(?<! ) +(?=\/|$)/g, ""),
  (path) => path.replace(/::\$[^/]*/g, ""),
  (path) => path.normalize("NFC"),
  normalizeUnicode,
];

function decode(path: string): string | undefined {
  const decoded = decodeEscapes(path, /(?:%[0-9A-F]{2})+/g);
  if (decoded === undefined || decoded === path) return decoded;
  // An escape that is left was encoded twice; controls and backslashes mean different things to different servers.
  return /%[0-9a-f]{2}|[\p{Cc}\\]/iu.test(decoded) ? undefined : decoded;
}

function decodeAllButSlashes(path: string): string | undefined {
  return decodeEscapes(path, /(?:%(?!2F)[0-9A-F]{2})+/g);
}

function decodeEscapes(path: string, escapes: RegExp): string | undefined {
  const decoded = path.replace(escapes, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString(),
  );
  // U+FFFD stands for octets that are not UTF-8.
  return decoded.includes("\ufffd") ? undefined : decoded;
}

/** Compatibility forms of letters become the letters; where they would become marks of the syntax, nothing is certain. */
function normalizeUnicode(path: string): string | undefined {
  const normalized = path.normalize("NFKC");
  if (normalized === path) return path;
  const marks = /[/\\.%?#;:\s]/gu;
  const before = path.match(marks)?.join("");
  return before === normalized.match(marks)?.join("") ? normalized : undefined;
}

/** A path as a router reads it that ignores case: full folding, so that no pair of letters that some system equates is missed. */
export function foldCase(path: string): string {
  return path.toUpperCase().toLowerCase();
}
