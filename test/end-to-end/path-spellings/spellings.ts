import fc from "fast-check";

import type { WireRequest } from "./wire.ts";

/** Changes the spelling of a target in one place; `choice` says in which of those that there are, and to what. */
type Change = (target: string, choice: number) => string;

/** Replaces one of the places that a pattern finds. */
function at(pattern: RegExp, replace: (found: string, choice: number) => string): Change {
  return (target, choice) => {
    const places = [...target.matchAll(pattern)];
    const place = places[choice % Math.max(places.length, 1)];
    if (place === undefined) return target;
    const rest = target.slice(place.index + place[0].length);
    return target.slice(0, place.index) + replace(place[0], choice >>> 8) + rest;
  };
}

function oneOf(texts: readonly string[], choice: number): string {
  return texts[choice % texts.length] ?? "";
}

const hex = (octets: Uint8Array): string =>
  [...octets].map((octet) => `%${octet.toString(16).padStart(2, "0")}`).join("");
const encoded = (text: string): string => hex(new TextEncoder().encode(text));
const fullwidth = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 0xfee0);

const letter = /(?<!%|%[0-9a-f])[a-z]/gi;
const slash = /\//g;
const end = /$/g;
const endOfSegment = /(?=\/|$)(?<!^)/g;

/** What attackers do to a target, each in one place. */
const changes: readonly Change[] = [
  // Percent-encoding.
  at(letter, encoded),
  at(letter, (found) => encoded(found).toUpperCase()),
  at(letter, (found) => encoded(found).replace("%", "%25")),
  at(letter, (found) => `%u00${found.charCodeAt(0).toString(16)}`),
  (target) => target.replace(letter, encoded),
  at(/%[0-9a-f]{2}/gi, (found) =>
    found === found.toUpperCase() ? found.toLowerCase() : found.toUpperCase(),
  ),
  at(end, (_, choice) =>
    oneOf(["%", "%2", "%zz", "%00", "%0a", "%09", "%20", "%ff", "%25"], choice),
  ),
  // Case.
  at(letter, (found) => found.toUpperCase()),
  at(letter, (found) => found.toLowerCase()),
  (target) => target.toUpperCase(),
  // Slashes.
  at(slash, () => "//"),
  at(slash, () => "///"),
  at(end, () => "/"),
  at(end, () => "//"),
  at(slash, (_, choice) => oneOf(["%2f", "%2F", "/%2f", "%2f/", "%252f"], choice)),
  at(slash, (_, choice) => oneOf(["\\", "%5c", "/\\", "/%5C"], choice)),
  // Dot segments.
  at(slash, (_, choice) => oneOf(["/./", "/%2e/", "/%2E/", "/.%2f"], choice)),
  at(slash, (_, choice) =>
    oneOf(["/x/../", "/x/%2e%2e/", "/x/.%2E/", "/x/..%2f", "/x%2f../"], choice),
  ),
  at(slash, (_, choice) => oneOf(["/../", "/%2e%2e/", "/..;/", "/%2e./", "/..\\"], choice)),
  at(slash, (_, choice) => oneOf(["/x/y/../../", "/x//../", "/x/./../", "/public/../"], choice)),
  at(end, (_, choice) => oneOf(["/.", "/..", "/x/..", "/%2e", "/x/%2e%2e", "/./"], choice)),
  // An authority where none is due.
  (target, choice) =>
    oneOf(["//", "///", "//x", "//x:80", "///x", "//u@x", "//localhost", "/\\x", "//%61"], choice) +
    target,
  at(slash, (_, choice) => oneOf(["//x/", "///x/", "//u@x/", "//public/"], choice)),
  (target, choice) =>
    oneOf(
      ["http://localhost", "HTTP://LOCALHOST", "https://localhost:443", "http://localhost."],
      choice,
    ) + target,
  (target, choice) =>
    oneOf(
      [
        "http://x",
        "http://u@localhost",
        "http://",
        "ftp://localhost",
        "http://localhost?",
        "http://localhost#",
      ],
      choice,
    ) + target,
  (target, choice) => oneOf(["/api", "/public", "/files", "/mounted", "/tenants"], choice) + target,
  // Path parameters.
  at(endOfSegment, (_, choice) => oneOf([";", ";a=b", "%3b", ";/", ";x/y", ";.."], choice)),
  // Queries and fragments.
  at(end, (_, choice) => oneOf(["?", "?x=1", "?/admin", "?#", "?a?b", "?/../public"], choice)),
  at(end, (_, choice) =>
    oneOf(["#", "#x", "%23", "%23/x", "%3f", "%3Fx=1", "#/../public"], choice),
  ),
  // Letters that url.parse() escapes, so that what it gives is longer than what it got.
  at(/\/[^/]+(?=\/)/g, (_, choice) =>
    oneOf(["/'", "/'/z", "/{/z", "/|", "/''/ab/c", '/"', "/`/^"], choice),
  ),
  at(/\/[^/]+(?=\/)/g, (found, choice) =>
    oneOf([`${found}'`, `${found}/'/z`, `${found}/{/z`, `${found}/^^`], choice),
  ),
  // What file systems and normalisers take away.
  at(endOfSegment, (_, choice) =>
    oneOf([".", "..", "%20", ".%20.", "::$DATA", ":x", "%00", "%00.png"], choice),
  ),
  at(/e?$|é|%c3%a9/gi, (_, choice) =>
    oneOf(["e%CC%81", "%65%cc%81", "\u00e9", "%e9", "%c3%89"], choice),
  ),
  at(letter, (found) => encoded(fullwidth(found))),
  at(
    letter,
    (found) => ({ k: "%E2%84%AA", s: "%C5%BF", i: "%C4%B1", a: "%C2%AA" })[found] ?? found,
  ),
  at(letter, (found) => fullwidth(found)),
  at(letter, (found) =>
    hex(Uint8Array.of(0xc0 | (found.charCodeAt(0) >> 6), 0x80 | (found.charCodeAt(0) & 0x3f))),
  ),
  at(slash, (_, choice) =>
    oneOf(["%c0%af", "%e0%80%af", "%EF%BC%8F", "\uff0f", "%E2%88%95"], choice),
  ),
  at(endOfSegment, (_, choice) =>
    oneOf(["%E2%80%8B", "%EF%BB%BF", "%C2%A0", "\u00a0", "\t", " "], choice),
  ),
];

/** Requests for plain targets, spelled in up to four other ways at once; always the same ones for the same seed. */
export function spelledRequests(
  plainTargets: readonly string[],
  options: { readonly seed: number; readonly count: number },
): WireRequest[] {
  const change = fc.record({
    change: fc.constantFrom(...changes),
    choice: fc.nat({ max: 0xffffff }),
  });
  const target = fc
    .tuple(
      fc.constantFrom(...plainTargets),
      fc.oneof(
        { weight: 4, arbitrary: fc.array(change, { minLength: 1, maxLength: 1 }) },
        { weight: 3, arbitrary: fc.array(change, { minLength: 2, maxLength: 2 }) },
        { weight: 2, arbitrary: fc.array(change, { minLength: 3, maxLength: 4 }) },
      ),
    )
    .map(([plain, list]) => list.reduce((text, one) => one.change(text, one.choice), plain));
  const request = fc.record({ method: fc.constantFrom("GET", "GET", "HEAD"), target });
  return fc.sample(request, { seed: options.seed, numRuns: options.count });
}
