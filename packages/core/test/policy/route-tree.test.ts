import { expect } from "chai";
import fc from "fast-check";

import { parseRoutePattern, type RoutePattern } from "../../src/policy/route-pattern.ts";
import { RouteTree } from "../../src/policy/route-tree.ts";
import { cpuMilliseconds } from "./cpu-time.ts";
import { firstMatch } from "./reference-router.ts";

function treeOf(...matches: readonly string[]): RouteTree {
  const tree = new RouteTree();
  for (const [position, match] of matches.entries()) {
    tree.add(position, parseRoutePattern({ match }, "rules"), (segment) => [segment]);
  }
  return tree;
}

function find(tree: RouteTree, path: string, method = "GET", host?: string): number {
  return tree.find({ path, method, host });
}

describe("the tree of routes", () => {
  const patterns: Readonly<
    Record<string, { readonly matches: readonly string[]; readonly not: readonly string[] }>
  > = {
    "/": { matches: [""], not: ["/a", "/"] },
    "/a": { matches: ["/a"], not: ["", "/A", "/ab", "/a/b", "/b", "//a"] },
    "/a/*": { matches: ["/a/b", "/a/**", "/a/"], not: ["/a", "/a/b/c", "/b/a", "/a//b"] },
    "/a/**": { matches: ["/a", "/a/b", "/a/b/c", "/a//b", "/a/"], not: ["", "/ab", "/b/a"] },
    "/**": { matches: ["", "/", "/a", "/a/b/c"], not: [] },
    "/*/b": { matches: ["/a/b", "//b"], not: ["/b", "/a/a/b"] },
    "/**/z": { matches: ["/z", "/a/z", "/a/z/z"], not: ["", "/z/a", "/zz"] },
    "/a/**/z": { matches: ["/a/z", "/a/b/c/z"], not: ["/z", "/a", "/a/b"] },
    "/**/**": { matches: ["", "/a", "/a/b"], not: [] },
    "/**/*": { matches: ["/a", "/a/b"], not: [""] },
    "/a/*/b/**/c": { matches: ["/a/x/b/c", "/a/x/b/y/z/c"], not: ["/a/b/c", "/a/x/b"] },
  };
  for (const [pattern, { matches, not }] of Object.entries(patterns)) {
    it(`finds ${pattern} for what it means, and nothing else`, () => {
      const tree = treeOf(pattern);
      for (const path of matches) expect(find(tree, path), path).to.equal(0);
      for (const path of not) expect(find(tree, path), path).to.equal(-1);
    });
  }

  it("finds the first rule that matches, not the narrowest", () => {
    expect(find(treeOf("/a/**", "/a/b"), "/a/b")).to.equal(0);
    expect(find(treeOf("/a/b", "/a/**"), "/a/b")).to.equal(0);
    expect(find(treeOf("/a/b", "/a/**"), "/a/c")).to.equal(1);
    expect(find(treeOf("/x", "/*/b", "/a/*", "/**"), "/a/b")).to.equal(1);
  });

  it("goes on to the next rule when the method does not match", () => {
    const tree = treeOf("POST /a", "GET /a", "* /**");
    expect(find(tree, "/a", "POST")).to.equal(0);
    expect(find(tree, "/a", "GET")).to.equal(1);
    expect(find(tree, "/a", "HEAD")).to.equal(1);
    expect(find(tree, "/a", "DELETE")).to.equal(2);
  });

  it("goes on to the next rule when the host does not match", () => {
    const tree = new RouteTree();
    for (const [position, host] of ["a.example", "*.example", undefined].entries()) {
      const spelling = host === undefined ? { path: "/" } : { path: "/", host };
      tree.add(position, parseRoutePattern(spelling, ""), (segment) => [segment]);
    }
    expect(find(tree, "", "GET", "a.example")).to.equal(0);
    expect(find(tree, "", "GET", "b.example")).to.equal(1);
    expect(find(tree, "", "GET", "b.c.example")).to.equal(2);
    expect(find(tree, "", "GET", undefined)).to.equal(2);
  });

  it("finds nothing when it is empty", () => {
    expect(find(new RouteTree(), "")).to.equal(-1);
    expect(find(new RouteTree(), "/a")).to.equal(-1);
  });

  it("takes a literal in each of its spellings", () => {
    const tree = new RouteTree();
    const pattern = parseRoutePattern({ path: "/café/*/é" }, "");
    tree.add(0, pattern, (segment) => [segment, encodeURI(segment)]);
    for (const path of ["/café/x/é", "/caf%C3%A9/x/é", "/café/x/%C3%A9", "/caf%C3%A9/x/%C3%A9"]) {
      expect(find(tree, path), path).to.equal(0);
    }
    expect(find(tree, "/cafe/x/é")).to.equal(-1);
  });

  it("takes words that objects have of themselves for words", () => {
    const tree = treeOf("/constructor", "/**");
    expect(find(tree, "/constructor")).to.equal(0);
    for (const path of ["/__proto__", "/hasOwnProperty", "/constructor/prototype"]) {
      expect(find(tree, path)).to.equal(1);
    }
  });

  it("finds what trying one rule after the other finds", () => {
    const segment = fc.constantFrom("a", "b", "*", "**");
    const pattern: fc.Arbitrary<RoutePattern> = fc.record({
      methods: fc.option(
        fc.subarray(["GET", "POST"], { minLength: 1 }).map((list) => new Set(list)),
        {
          nil: undefined,
        },
      ),
      host: fc.option(fc.constantFrom("a.example", "*.example"), { nil: undefined, freq: 3 }),
      segments: fc.array(segment, { maxLength: 4 }),
    });
    const path = fc
      .array(fc.constantFrom("a", "b", "c", ""), { maxLength: 6 })
      .map((segments) => segments.map((word) => `/${word}`).join(""));
    const query = fc.record({
      path,
      method: fc.constantFrom("GET", "POST", "PUT"),
      host: fc.constantFrom(undefined, "a.example", "b.example", "c.d.example"),
    });
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 8 }),
        fc.array(query, { minLength: 1, maxLength: 8 }),
        (patterns, queries) => {
          const tree = new RouteTree();
          for (const [position, one] of patterns.entries()) {
            tree.add(position, one, (word) => [word]);
          }
          for (const one of queries) {
            const position = tree.find(one);
            expect(position).to.equal(firstMatch(patterns, one));
            if (position !== -1) found++;
          }
        },
      ),
      { seed: 1881, numRuns: 12_000 },
    );
    expect(found).to.be.greaterThan(10_000);
  });

  it("walks patterns of many double stars without trying every division", () => {
    const tree = treeOf("/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/z");
    const path = "/a".repeat(5_000);
    expect(find(tree, path)).to.equal(-1);
    expect(cpuMilliseconds(() => find(tree, path))).to.be.lessThan(50);
  });
});
