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

function readSpelledTarget(target: string): TargetReadings | undefined {
  const [, authority, raw] = /^(?:https?:\/\/([^/?#]*))?([^?]*)/i.exec(target) ?? [];
  const path = raw === "" && authority !== undefined ? "/" : raw;
  if (path === undefined || !isReadable(path)) return undefined;

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
    authority,
  };
}

/** Visible ASCII, percent-encoding well-formed, no backslash, no fragment. */
function isReadable(path: string): boolean {
  return /^\/[\x21-\x7e]*$/.test(path) && !/[\\#]|%(?![0-9a-f]{2})/i.test(path);
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
  resolveDotSegments,
  // A leading double slash starts an authority for URL parsers that resolve the target (RFC 3986 4.2).
  (path) => path.replace(/^\/\/[^/]*(?=\/|$)/, "") || "/",
  // Path parameters: dropped per segment (Java servers and their proxies), or the rest of the target (find-my-way).
  (path) => path.replace(/;[^/]*/g, ""),
  (path) => path.replace(/;.*$/s, "") || "/",
  // Windows file systems ignore final dots and spaces of a name, and a stream name after it.
  (path) => path.replace(/([^/. ])[. ]+(?=\/|$)/g, "$1"),
  (path) => path.replace(/::\$[^/]*/g, ""),
  (path) => path.normalize("NFC"),
  normalizeUnicode,
];

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
  try {
    return path.replace(escapes, (run) => utf8.decode(Buffer.from(run.replaceAll("%", ""), "hex")));
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** RFC 3986 5.2.4, for segments that are dots or, as URL parsers of browsers read them, encoded dots. */
function resolveDotSegments(path: string): string {
  const resolved: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const dots = segment.replace(/%2E/gi, ".");
    if (dots !== "." && dots !== "..") {
      resolved.push(segment);
      continue;
    }
    if (dots === "..") resolved.pop();
    if (index === segments.length - 1) resolved.push("");
  }
  return `/${resolved.join("/")}`;
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
