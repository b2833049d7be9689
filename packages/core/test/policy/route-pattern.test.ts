import { METHODS } from "node:http";

import { expect } from "chai";
import fc from "fast-check";

import {
  covers,
  matchesHost,
  parseRoutePattern,
  printRoutePattern,
  type RoutePattern,
  type RouteSpelling,
} from "../../src/policy/route-pattern.ts";
import { configErrorOf } from "../config-error-of.ts";
import { matchesSegments } from "./reference-router.ts";

function parse(spelling: RouteSpelling): RoutePattern {
  return parseRoutePattern(spelling, "rules[2]");
}

function methodsOf(spelling: RouteSpelling): readonly string[] | undefined {
  const { methods } = parse(spelling);
  return methods && [...methods];
}

describe("a route pattern", () => {
  it("is a method and a path in one", () => {
    expect(parse({ match: "POST /orders/*" })).to.deep.equal({
      methods: new Set(["POST"]),
      host: undefined,
      segments: ["orders", "*"],
    });
  });

  it("is the same in parts", () => {
    const parts = { methods: ["POST", "PUT"], path: "/orders/*", host: "A.example" };
    const whole = { match: "POST,PUT /orders/*", host: "a.example" };
    expect(parse(parts)).to.deep.equal(parse(whole));
  });

  it("means every method when it names none, or a star", () => {
    for (const spelling of [
      { match: "/a" },
      { match: "* /a" },
      { path: "/a" },
      { path: "/a", methods: "*" },
    ]) {
      expect(methodsOf(spelling)).to.equal(undefined);
    }
  });

  it("reads methods in any case, and HEAD with GET (RFC 9110 9.3.2)", () => {
    expect(methodsOf({ match: "get /a" })).to.deep.equal(["GET", "HEAD"]);
    expect(methodsOf({ path: "/a", methods: "Post" })).to.deep.equal(["POST"]);
    expect(methodsOf({ path: "/a", methods: ["get", "delete"] })).to.deep.equal([
      "GET",
      "HEAD",
      "DELETE",
    ]);
    expect(methodsOf({ match: "HEAD /a" })).to.deep.equal(["HEAD"]);
  });

  const paths: Readonly<Record<string, readonly string[]>> = {
    "/": [],
    "/admin": ["admin"],
    "/admin/": ["admin"],
    "/admin/**": ["admin", "**"],
    "/**": ["**"],
    "/a/*/b/**/c": ["a", "*", "b", "**", "c"],
    "/Reports/2024": ["Reports", "2024"],
    "/caf%C3%A9": ["café"],
    "/caf%c3%a9": ["café"],
    "/café": ["café"],
    "/cafe\u0301": ["café"],
    "/%61dmin": ["admin"],
    "/a%20b": ["a b"],
    "/what%3F": ["what?"],
    "/c%23": ["c#"],
    "/100%25": ["100%"],
    "/v1/items:get": ["v1", "items:get"],
    "/@scope/x.y_z~": ["@scope", "x.y_z~"],
  };
  for (const [path, segments] of Object.entries(paths)) {
    it(`reads ${path} as segments, decoded`, () => {
      expect(parse({ path }).segments).to.deep.equal(segments);
    });
  }

  it("prints as somebody would write it", () => {
    const print = (spelling: RouteSpelling): string => printRoutePattern(parse(spelling));
    expect(print({ match: "* /admin/**" })).to.equal("* /admin/**");
    expect(print({ match: "GET,POST /a/", host: "A.example" })).to.equal(
      "GET,HEAD,POST a.example/a",
    );
    expect(print({ path: "/" })).to.equal("* /");
  });
});

describe("a route pattern that cannot be meant", () => {
  const faults: Readonly<
    Record<string, readonly [spelling: RouteSpelling, option: string, ...message: string[]]>
  > = {
    "no path at all": [{}, ".path", "undefined is not a path", "Start it with a slash"],
    "a path that is no text": [{ path: 5 }, ".path", "5 is not a path"],
    "a path without a slash in front": [{ path: "admin" }, ".path", '"admin" is not a path'],
    "an empty path": [{ path: "" }, ".path", "is not a path"],
    "a match without a path": [{ match: "GET" }, ".match", "is not a method and a path"],
    "a match with a space in its path": [{ match: "GET /a b" }, ".match", "is not a method"],
    "a match with a space before its comma": [{ match: "GET, POST /a" }, ".match", "is not a"],
    "a match that is no text": [{ match: 5 }, ".match", "5 is not a method and a path"],
    "an absolute URL": [{ match: "GET http://a.example/b" }, ".match", "is not a method"],
    "match beside path": [{ match: "GET /a", path: "/a" }, ".match", "stands beside"],
    "match beside methods": [{ match: "/a", methods: "GET" }, ".match", "Write one or the other"],
    "a method that there is not": [
      { match: "DELTE /a" },
      ".match",
      '"DELTE" is no HTTP method, so the rule can never match',
      'Did you mean "DELETE"?',
    ],
    "a method that nothing resembles": [
      { path: "/a", methods: "FROBNICATE" },
      ".methods",
      "is no HTTP method",
      "Use the names of RFC 9110, or * for all.",
    ],
    "an empty method": [{ match: "GET, /a" }, ".match", '"" is no HTTP method'],
    "a method that is no text": [{ path: "/a", methods: [5] }, ".methods", "5 is no HTTP method"],
    "a list in a text": [{ path: "/a", methods: "GET,POST" }, ".methods", "is no HTTP method"],
    "an empty list of methods": [
      { path: "/a", methods: [] },
      ".methods",
      "is empty, so the rule can never match",
      "Leave it out for all methods.",
    ],
    "a query": [{ path: "/a?b" }, ".path", "holds a query or a fragment", "Rules see the path"],
    "a fragment": [{ match: "GET /a#b" }, ".match", "holds a query or a fragment"],
    "a double slash": [{ path: "/a//b" }, ".path", "is never the form of a path", "without empty"],
    "two slashes alone": [{ path: "//" }, ".path", "is never the form of a path"],
    "a dot segment": [{ path: "/a/./b" }, ".path", "is never the form of a path"],
    "two dots": [{ path: "/a/../b" }, ".path", "without empty or dot segments"],
    "encoded dots": [{ path: "/a/%2e%2E" }, ".path", "is never the form of a path"],
    "a star within a segment": [
      { path: "/files/*.pdf" },
      ".path",
      "has a star within a segment",
      "A star stands for a whole segment: /files/*.",
    ],
    "three stars": [{ path: "/***" }, ".path", "has a star within a segment"],
    "an encoded star": [{ path: "/a/%2A" }, ".path", "holds an encoded star"],
    "a parameter of Express": [
      { path: "/users/:id" },
      ".path",
      "holds the parameter :id",
      "Write * for a segment that varies.",
    ],
    "a parameter of OpenAPI": [{ path: "/users/{id}" }, ".path", "holds the parameter {id}"],
    "an encoded slash": [
      { path: "/a%2Fb" },
      ".path",
      "holds an encoded slash",
      "`allowEncodedSlash`",
    ],
    "a broken escape": [{ path: "/100%" }, ".path", "is not percent-encoded correctly"],
    "octets that are not UTF-8": [{ path: "/%ff" }, ".path", "is not percent-encoded correctly"],
    "half a character": [{ path: "/\ud800" }, ".path", "is not percent-encoded correctly"],
    "a backslash": [{ path: "/a\\b" }, ".path", "always refused as ambiguous"],
    "a control character": [{ path: "/a%00b" }, ".path", "so the rule can never match"],
    "double encoding": [{ path: "/a%252Fb" }, ".path", "without control characters, double enc"],
    "a fullwidth slash": [{ path: "/a／b" }, ".path", "always refused as ambiguous"],
    "a host that is no text": [{ path: "/", host: 5 }, ".host", "5 is not a host name"],
    "a host with a port": [{ path: "/", host: "a.example:80" }, ".host", "without port"],
    "a host with a final dot": [{ path: "/", host: "a.example." }, ".host", "is not a host name"],
    "a host with a scheme": [{ path: "/", host: "https://a.example" }, ".host", "is not a host"],
    "a host outside ASCII": [{ path: "/", host: "bücher.example" }, ".host", "is not a host name"],
    "a star alone as host": [{ path: "/", host: "*" }, ".host", "is not a host name"],
    "a star within a label": [{ path: "/", host: "a*.example" }, ".host", "is not a host name"],
    "an empty host": [{ match: "/", host: "" }, ".host", "is not a host name"],
  };
  for (const [what, [spelling, option, ...messages]] of Object.entries(faults)) {
    it(`is refused with ${what}: ${JSON.stringify(spelling)}`, () => {
      const error = configErrorOf(() => parse(spelling));
      expect(error.option).to.equal(`rules[2]${option}`);
      for (const message of messages) expect(error.message).to.contain(message);
    });
  }
});

describe("the host of a rule", () => {
  it("means itself", () => {
    expect(matchesHost("a.example", "a.example")).to.equal(true);
    expect(matchesHost("a.example", "b.a.example")).to.equal(false);
    expect(matchesHost("a.example", "aXexample")).to.equal(false);
    expect(matchesHost("[::1]", "[::1]")).to.equal(true);
  });

  it("means exactly one label in place of a star", () => {
    expect(matchesHost("*.corp.example", "a.corp.example")).to.equal(true);
    for (const host of [
      "corp.example",
      ".corp.example",
      "a.b.corp.example",
      "evilcorp.example",
      "a.corp.example.evil",
      "*.corp.example",
    ]) {
      expect(matchesHost("*.corp.example", host), host).to.equal(false);
    }
  });

  it("may be an address", () => {
    for (const host of ["127.0.0.1", "[::1]", "[2001:DB8::1]", "localhost", "my_service"]) {
      expect(parse({ path: "/", host }).host).to.equal(host.toLowerCase());
    }
  });
});

describe("a pattern that covers another", () => {
  const covering: readonly (readonly [outer: string, inner: string])[] = [
    ["/**", "/"],
    ["/**", "/a"],
    ["/**", "/a/**"],
    ["/**", "/**"],
    ["/a/**", "/a"],
    ["/a/**", "/a/b/*"],
    ["/*", "/a"],
    ["/*", "/*"],
    ["/*/b", "/a/b"],
    ["/a/**/z", "/a/z"],
    ["/a/**/z", "/a/b/c/z"],
    ["/**/z", "/*/z"],
    ["/**/*", "/a/b"],
    ["/**/**", "/a"],
  ];
  for (const [outer, inner] of covering) {
    it(`${outer} covers ${inner}`, () => {
      expect(covers(parse({ path: outer }), parse({ path: inner }))).to.equal(true);
    });
  }

  const apart: readonly (readonly [outer: string, inner: string])[] = [
    ["/a", "/b"],
    ["/a", "/"],
    ["/", "/a"],
    ["/*", "/"],
    ["/*", "/a/b"],
    ["/*", "/**"],
    ["/a/*", "/a"],
    ["/a/*", "/a/**"],
    ["/a/**", "/**"],
    ["/a", "/*"],
    ["/a", "/A"],
    ["/a/**/z", "/a/**"],
  ];
  for (const [outer, inner] of apart) {
    it(`${outer} does not cover ${inner}`, () => {
      expect(covers(parse({ path: outer }), parse({ path: inner }))).to.equal(false);
    });
  }

  it("has to cover its host too", () => {
    const at = (host?: string): RoutePattern =>
      parse(host === undefined ? { path: "/**" } : { path: "/**", host });
    expect(covers(at(), at("a.example"))).to.equal(true);
    expect(covers(at("a.example"), at("a.example"))).to.equal(true);
    expect(covers(at("*.example"), at("a.example"))).to.equal(true);
    expect(covers(at("*.example"), at("*.example"))).to.equal(true);
    expect(covers(at("a.example"), at())).to.equal(false);
    expect(covers(at("a.example"), at("*.example"))).to.equal(false);
    expect(covers(at("*.b.example"), at("*.example"))).to.equal(false);
    expect(covers(at("*.example"), at("*.b.example"))).to.equal(false);
  });

  it("matches whatever the other matches", () => {
    const segment = fc.constantFrom("a", "b", "*", "**");
    const pattern = fc.array(segment, { maxLength: 4 });
    const path = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 5 });
    let covered = 0;
    fc.assert(
      fc.property(pattern, pattern, path, (outer, inner, segments) => {
        const whole = { methods: undefined, host: undefined };
        if (!covers({ ...whole, segments: outer }, { ...whole, segments: inner })) return;
        covered++;
        if (!matchesSegments(inner, segments)) return;
        expect(matchesSegments(outer, segments)).to.equal(true);
      }),
      { seed: 8, numRuns: 20_000 },
    );
    expect(covered).to.be.greaterThan(2_000);
  });
});

describe("the methods of Node", () => {
  it("are all ones that a rule may name", () => {
    for (const method of METHODS) {
      expect(methodsOf({ path: "/", methods: method })).to.include(method);
    }
  });
});
