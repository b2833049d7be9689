import { expect } from "chai";
import fc from "fast-check";

import { foldCase, readTarget } from "../../src/policy/target-readings.ts";
import { cpuMilliseconds } from "./cpu-time.ts";

function pathsOf(target: string): readonly string[] {
  return readTarget(target)?.paths ?? ["refused"];
}

/** Marks that stand for themselves everywhere, and letters. */
const plainCharacter = fc.constantFrom(...Array.from("abcXYZ089-_~!$&'()*+,=@"));

/** Targets that leave nothing to interpret. */
const plainTarget = fc
  .tuple(
    fc.array(fc.string({ unit: plainCharacter, minLength: 1, maxLength: 6 }), { maxLength: 5 }),
    fc.constantFrom("", "?", "?q=1", "?/../admin;x@y\\"),
  )
  .map(([segments, query]) => `/${segments.join("/")}${query}`);

describe("a target that leaves nothing to interpret", () => {
  const plain: Readonly<Record<string, string>> = {
    "/": "",
    "/?": "",
    "/admin": "/admin",
    "/admin/": "/admin",
    "/admin/?x": "/admin",
    "/admin/users/42?fields=name&deep=a/b": "/admin/users/42",
    "/file.txt": "/file.txt",
    "/a.b.c/d": "/a.b.c/d",
    "/v1/items:get": "/v1/items:get",
    "/@scope/x~y_z-(1)!$&'*+,=": "/@scope/x~y_z-(1)!$&'*+,=",
    "/a?..//%2e%00\\": "/a",
  };
  for (const [target, path] of Object.entries(plain)) {
    it(`${target} has one reading`, () => {
      expect(readTarget(target)).to.deep.equal({
        paths: [path],
        hasCase: false,
        hasEncodedSlash: false,
        authority: undefined,
      });
    });
  }

  it("tells that it has letters whose case a router may ignore", () => {
    expect(readTarget("/Admin")).to.deep.include({ paths: ["/Admin"], hasCase: true });
    expect(readTarget("/admin?X")).to.deep.include({ paths: ["/admin"], hasCase: false });
    expect(readTarget("/%C3%89")?.hasCase).to.equal(true);
    expect(readTarget("/%C3%A9")?.hasCase).to.equal(true);
    expect(readTarget("/%31")?.hasCase).to.equal(false);
  });

  it("has one reading, which is its path, whatever its letters are", () => {
    fc.assert(
      fc.property(plainTarget, (target) => {
        const path = target.replace(/\?.*$/, "").replace(/\/$/, "");
        expect(readTarget(target)).to.deep.equal({
          paths: [path],
          hasCase: foldCase(path) !== path,
          hasEncodedSlash: false,
          authority: undefined,
        });
      }),
      { seed: 3986, numRuns: 5_000 },
    );
  });

  it("is read alike by the short way and by the long one, which an absolute target takes", () => {
    const segment = fc.string({
      unit: fc.oneof(
        // An apostrophe is for url.parse() to escape, in absolute targets only.
        { weight: 6, arbitrary: plainCharacter.filter((character) => character !== "'") },
        { weight: 1, arbitrary: fc.constantFrom(".", ":") },
      ),
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
        const target = `/${segments.join("/")}`;
        const expected = readTarget(target);
        const absolute = readTarget(`http://a.example${target}`);
        expect(absolute).to.deep.equal(expected && { ...expected, authority: "a.example" });
      }),
      { seed: 3986, numRuns: 5_000 },
    );
  });
});

describe("a target with several readings", () => {
  /** Readings that have to be among those of the target; the one that is easy to overlook comes first. */
  const readings: Readonly<Record<string, readonly string[]>> = {
    // Percent-encoding (RFC 3986 6.2.2.2).
    "/%61dmin": ["/admin", "/%61dmin"],
    "/%61%64%6D%69%6e": ["/admin", "/%61%64%6D%69%6E"],
    "/caf%c3%a9": ["/café", "/caf%C3%A9"],
    "/a%20b": ["/a b", "/a%20b"],
    "/100%25": ["/100%", "/100%25"],
    "/a%2Fb": ["/a/b", "/a%2Fb"],
    "/a%2f%62": ["/a/b", "/a%2Fb", "/a%2F%62"],
    // Slashes.
    "//admin": ["/admin", "//admin", ""],
    "/admin//users": ["/admin/users", "/admin//users", "/admin"],
    "/admin//": ["/admin", "/admin/"],
    "///evil/admin": ["/admin", "/evil/admin", "///evil/admin"],
    "/%2f/admin": ["/admin"],
    // Dot segments (RFC 3986 5.2.4), also at the root of a mounted router.
    "/./admin": ["/admin", "/./admin"],
    "/admin/.": ["/admin"],
    "/.": [""],
    "/..": [""],
    "/x/../admin": ["/admin", "/x/admin", "/x/../admin"],
    "/x/%2e%2E/admin": ["/admin", "/x/admin", "/x/%2E%2E/admin"],
    "/x/.%2e/admin": ["/admin"],
    "/a/b/../../admin": ["/admin", "/a/admin", "/a/b/admin"],
    "/x//../admin": ["/admin", "/x/admin"],
    "/../admin": ["/admin"],
    "/admin/..": ["", "/admin"],
    "/x/%2e%2e%2fadmin": ["/admin"],
    // An authority after a double slash (RFC 3986 4.2).
    "//evil.example/admin": ["/admin", "/evil.example/admin"],
    "//evil.example": [""],
    "/api//evil/admin": ["/api/admin", "/api/evil/admin", "/api//evil/admin"],
    "/api////evil/admin": ["/api/admin"],
    "//user@evil.example/admin": ["/admin"],
    "/api//user@evil.example/admin": ["/api/admin"],
    // Path parameters.
    "/admin;a=b/users": ["/admin/users", "/admin"],
    "/;x/admin": ["/admin", ""],
    "/x/..;/admin": ["/admin"],
    "/admin%3bx": ["/admin"],
    // A query or a fragment that only shows after decoding.
    "/admin%3Fx": ["/admin", "/admin?x", "/admin%3Fx"],
    "/admin%23x/y": ["/admin", "/admin#x/y"],
    // Spaces that are trimmed.
    "/admin/.%20": ["/admin"],
    "/admin/x/..%20%20": ["/admin"],
    "/..%20/admin": ["/admin"],
    // Windows.
    "/admin.": ["/admin", "/admin."],
    "/admin%20/users": ["/admin/users", "/admin /users"],
    "/admin.%20./users..": ["/admin/users"],
    "/file.txt::$DATA": ["/file.txt"],
    // Unicode: composed, and compatibility forms.
    "/cafe%CC%81": ["/café", "/cafe\u0301"],
    "/%EF%BD%81dmin": ["/admin", "/ａdmin"],
    "/%E2%84%AAey": ["/Key"],
    "/%C5%BFecret": ["/secret", "/ſecret"],
    // Characters that a client should have encoded.
    '/a"b': ['/a"b'],
    "/a|b^c`d{e}": ["/a|b^c`d{e}"],
  };
  for (const [target, expected] of Object.entries(readings)) {
    it(`${target} may be ${expected.map((path) => path || "the root").join(" or ")}`, () => {
      expect(pathsOf(target)).to.include.members([...expected]);
    });
  }

  it("tells of an encoded slash, however it is written", () => {
    expect(readTarget("/a%2Fb")?.hasEncodedSlash).to.equal(true);
    expect(readTarget("/a%2fb")?.hasEncodedSlash).to.equal(true);
    expect(readTarget("/a%2Eb")?.hasEncodedSlash).to.equal(false);
    expect(readTarget("/a?b%2Fc%")?.hasEncodedSlash).to.equal(false);
  });

  it("reads each case of an escape as the same (RFC 3986 6.2.2.1)", () => {
    expect(readTarget("/%c3%a9%2f")).to.deep.equal(readTarget("/%C3%A9%2F"));
  });
});

describe("an absolute target", () => {
  it("is its path, and an authority", () => {
    const expected = { paths: ["/admin"], authority: "a.example:8443" };
    expect(readTarget("http://a.example:8443/admin?x")).to.deep.include(expected);
    expect(readTarget("HTTPS://a.example:8443/admin/")).to.deep.include(expected);
  });

  it("without a path is the root (RFC 9110 4.2.3)", () => {
    expect(readTarget("http://a.example")).to.deep.include({ paths: [""], authority: "a.example" });
    expect(readTarget("http://a.example/")).to.deep.include({ paths: [""] });
  });

  it("keeps what stands for its authority, for somebody who knows hosts", () => {
    expect(readTarget("http://user@b.example/admin")?.authority).to.equal("user@b.example");
    expect(readTarget("http:///admin")?.authority).to.equal("");
    expect(readTarget("http://a.example\\b/admin")?.authority).to.equal("a.example\\b");
  });
});

describe("a target whose readings cannot be listed", () => {
  const ambiguous: Readonly<Record<string, string>> = {
    nothing: "",
    "an asterisk": "*",
    "no slash in front": "admin",
    "a query alone": "?x",
    "an authority": "a.example:443",
    "another scheme": "ftp://a.example/admin",
    "a scheme without an authority": "http:/admin",
    "a query right after the authority": "http://a.example?/admin",
    "a fragment right after the authority": "http://a.example#/admin",
    "a backslash": "/x\\..\\admin",
    "a leading backslash": "/\\evil.example/admin",
    "an encoded backslash": "/x%5c..%5Cadmin",
    "a fragment": "/admin#x",
    "a space": "/admin ",
    "a tab": "/ad\tmin",
    "a line break": "/admin\r\n",
    "a NUL": "/admin\0",
    "an encoded NUL": "/admin%00.txt",
    "an encoded line break": "/admin%0d%0a",
    "an encoded delete": "/admin%7f",
    "an encoded C1 control": "/admin%C2%85",
    "a raw letter outside ASCII": "/café",
    "raw UTF-8, as Node shows it": "/caf\u00c3\u00a9",
    "half a character": "/\ud800",
    "a percent sign alone": "/100%",
    "one digit": "/%6",
    "no hex digits": "/%zz",
    "an escape of IIS": "/%u0061dmin",
    "double encoding": "/%2561dmin",
    "double encoding in parts": "/%25%36%31dmin",
    "a doubly encoded slash": "/x%252fadmin",
    "octets that are not UTF-8": "/caf%e9",
    "an overlong slash": "/x%c0%afadmin",
    "an overlong letter": "/%c1%a1dmin",
    "an encoded surrogate": "/%ed%a0%80",
    "a cut character": "/caf%c3",
    "a fullwidth slash": "/x%EF%BC%8Fadmin",
    "a fullwidth dot": "/%EF%BC%8E%EF%BC%8E/admin",
    "a fullwidth percent sign": "/%EF%BC%8561",
    "a fullwidth backslash": "/%EF%BC%BC",
    "a one-dot leader": "/x/%E2%80%A4%E2%80%A4/admin",
    "an ellipsis": "/%E2%80%A6",
    "a space that does not break": "/admin%C2%A0",
    "a fragment in the query": "/admin?#",
    "a raw letter outside ASCII in the query": "/admin?caf\u00e9",
    "a raw space that does not break in the query": "/admin?\u00a0",
    "a space in the query": "/admin?a b",
    "an absolute target with an apostrophe": "http://a.example/'/admin",
    "an absolute target with a brace": "http://a.example/{/admin",
    "an absolute target with a quotation mark": 'http://a.example/"/admin',
    "more dots than anyone needs": "/a/b/c/d/e/f/g/h/../../../../../../../../admin",
    "more doubled slashes than anyone needs": "//a".repeat(40),
  };
  for (const [what, target] of Object.entries(ambiguous)) {
    it(`is refused with ${what}: ${JSON.stringify(target).slice(0, 60)}`, () => {
      expect(readTarget(target)).to.equal(undefined);
    });
  }
});

describe("reading a target", () => {
  const piece = fc.constantFrom(
    ..."/?#;:.%\\@ aA1é".split(""),
    "//",
    "/../",
    "/./",
    "%2e",
    "%2F",
    "%25",
    "%61",
    "%c3%a9",
    "%ff",
    "%00",
    "%EF%BC%8F",
    "::$DATA",
    "http://",
    "\ud800",
    "\0",
  );
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }).map((text) => `/${text}`),
    fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join("")),
    fc.array(piece, { maxLength: 24 }).map((pieces) => `/${pieces.join("")}`),
  );

  it("never throws, and lists a bounded number of well-formed paths", () => {
    let listed = 0;
    fc.assert(
      fc.property(anything, (target) => {
        const readings = readTarget(target);
        if (readings === undefined) return;
        listed++;
        expect(readings.paths.length).to.be.within(1, 32);
        expect(new Set(readings.paths).size).to.equal(readings.paths.length);
        for (const path of readings.paths) {
          expect(path).to.match(/^(\/|$)/);
          expect(path).to.not.match(/\p{Cs}/u);
        }
      }),
      { seed: 9112, numRuns: 20_000 },
    );
    expect(listed).to.be.greaterThan(1_000);
  });

  it("finds, in each reading that it lists, no new one, final slashes aside", () => {
    const bare = (paths: readonly string[]): string[] =>
      paths.map((path) => path.replace(/\/+$/, ""));
    fc.assert(
      fc.property(anything, (target) => {
        const readings = readTarget(target);
        if (readings === undefined) return;
        for (const path of readings.paths) {
          // What holds a percent sign or a letter outside ASCII has to be encoded to be a target again.
          if (!/^\/[!-~]*$/.test(path) || /[%?#]/.test(path)) continue;
          const again = readTarget(path);
          expect(bare(readings.paths), path).to.include.members(bare(again?.paths ?? []));
        }
      }),
      { seed: 3986, numRuns: 10_000 },
    );
  });

  const long: Readonly<Record<string, string>> = {
    "encoded dots": "/%2e",
    "two encoded dots": "/%2e%2e",
    "two dots": "/..",
    "a dot": "/.",
    slashes: "/",
    "doubled slashes between words": "//a",
    "encoded slashes": "%2f",
    semicolons: ";",
    "parameters in each segment": "/;a",
    "dots at the end of a name": ".",
    "dots and spaces": "%20.",
    spaces: "%20",
    colons: ":",
    "stream names": "::$",
    "encoded letters": "%61",
    "escapes one by one": "%61a",
    "letters of two octets": "%C3%A9",
    "a letter that expands eighteenfold": "%EF%B7%BA",
    "accents on one letter": "%CC%81",
    "capital letters": "A",
    "question marks in disguise": "%3F",
    "at signs": "//@",
    percent: "%25",
  };
  for (const [what, unit] of Object.entries(long)) {
    it(`takes less than 20 ms for 16 KiB of ${what}: ${unit}`, () => {
      for (const target of [
        `/${unit.repeat(16_383 / unit.length)}`,
        `/x${unit.repeat(16_382 / unit.length)}/admin`,
      ]) {
        expect(cpuMilliseconds(() => readTarget(target))).to.be.lessThan(20);
      }
    });
  }
});

describe("folding case", () => {
  it("equates letters that some system equates", () => {
    for (const [one, other] of [
      ["/ADMIN", "/admin"],
      ["/CAFÉ", "/café"],
      ["/straße", "/STRASSE"],
      ["/ſecret", "/secret"],
      ["/\u212Aey", "/key"],
      ["/ςσ", "/ΣΣ"],
      ["/caf%C3%A9", "/CAF%c3%a9"],
    ] as const) {
      expect(foldCase(one), one).to.equal(foldCase(other));
    }
  });

  it("leaves apart what is not the same letter", () => {
    expect(foldCase("/admın")).to.not.equal("/admirn");
    expect(foldCase("/a")).to.not.equal(foldCase("/á"));
  });
});
