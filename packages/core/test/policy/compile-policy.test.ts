import { METHODS } from "node:http";

import { expect } from "chai";
import fc from "fast-check";

import type { ConfigWarning } from "../../src/base/config-warning.ts";
import {
  compilePolicy,
  type CompiledPolicy,
  type RoutedRequest,
} from "../../src/policy/compile-policy.ts";
import { fingerprint } from "../../src/policy/matchers.ts";
import type { Rule } from "../../src/policy/rule.ts";
import { configErrorOf } from "../config-error-of.ts";

const someone = fingerprint("00".repeat(32));

/** A rule for someone, from the short form of its route. */
function only(match: string, more: Partial<Rule> = {}): Rule {
  return { match, allow: someone, ...more };
}

function anyone(match: string, more: Partial<Rule> = {}): Rule {
  return { match, allow: "anyone", ...more };
}

function compile(...rules: readonly Rule[]): CompiledPolicy {
  return compilePolicy(rules, undefined, "enforce", () => undefined);
}

function warningsOf(...rules: readonly Rule[]): readonly ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  compilePolicy(rules, undefined, "enforce", (warning) => warnings.push(warning));
  return warnings;
}

/** The positions of the rules that a request has to pass, or why it passes none. */
function route(
  policy: CompiledPolicy,
  target: string,
  more: Partial<RoutedRequest> = {},
): readonly number[] | string {
  const routing = policy.route({
    method: "GET",
    overrideMethods: [],
    target,
    rewrittenTargets: [],
    hosts: [],
    ...more,
  });
  if (routing.outcome === "refused") return routing.reason.code;
  return routing.rules.map(({ position }) => position);
}

describe("a policy that cannot be meant", () => {
  it("is refused when it is no list", () => {
    for (const rules of [{}, "GET /a", null, 5]) {
      const error = configErrorOf(() =>
        compilePolicy(rules, undefined, "enforce", () => undefined),
      );
      expect(error.option).to.equal("rules");
      expect(error.message).to.contain("is not a list");
    }
  });

  it("is refused when it is empty, so that every request would be", () => {
    const error = configErrorOf(() => compile());
    expect(error.option).to.equal("rules");
    expect(error.message).to.contain("is an empty list");
    expect(error.message).to.contain("Leave it out to admit every verified client");
  });

  it("is refused with a hole in it", () => {
    const rules: unknown[] = [anyone("/a")];
    rules[2] = anyone("/b");
    const error = configErrorOf(() => compilePolicy(rules, undefined, "enforce", () => undefined));
    expect(error.option).to.equal("rules[1]");
  });

  it("is refused with the place of the rule that is at fault", () => {
    const rules = [anyone("/a"), { match: "/b", allow: [] } as Rule];
    expect(configErrorOf(() => compile(...rules)).option).to.equal("rules[1].allow");
  });

  const unreachable: Readonly<Record<string, readonly [rules: readonly Rule[], by: string]>> = {
    "by the same route": [[anyone("GET /a"), only("GET /a")], "rules[0]"],
    "by a wider one": [[anyone("/a/**"), only("/a/*/c")], "rules[0]"],
    "by one for everything": [[anyone("/**"), only("/admin/**")], "rules[0]"],
    "by a rule for all methods": [[anyone("/a"), only("POST /a")], "rules[0]"],
    "by several that share its methods": [
      [anyone("GET /a"), anyone("POST /a/**"), only("HEAD,POST,GET /a")],
      "rules[0] and rules[1]",
    ],
    "by the GET that includes its HEAD": [[anyone("GET /a"), only("HEAD /a")], "rules[0]"],
    "by all methods, one after the other": [
      [
        ...METHODS.filter((name) => name !== "HEAD").map((name) => anyone(`${name} /a`)),
        only("/a"),
      ],
      "rules[0] and rules[1]",
    ],
    "by one for any host": [[anyone("/a"), { ...only("/a"), host: "a.example" }], "rules[0]"],
    "by one for all hosts of its domain": [
      [
        { ...anyone("/a"), host: "*.example" },
        { ...only("/a"), host: "a.example" },
      ],
      "rules[0]",
    ],
    "by one that is only reported": [[anyone("/a", { mode: "report" }), only("/a")], "rules[0]"],
  };
  for (const [how, [rules, by]] of Object.entries(unreachable)) {
    it(`is refused with a rule that is covered ${how}`, () => {
      const error = configErrorOf(() => compile(...rules));
      expect(error.option).to.equal(`rules[${rules.length - 1}]`);
      expect(error.message).to.contain("can never match");
      expect(error.message).to.contain(by);
      expect(error.message).to.contain("Move it up, or remove it");
    });
  }

  it("is not refused with a rule that is covered in part", () => {
    const reachable: readonly (readonly Rule[])[] = [
      [anyone("GET /a"), only("/a")],
      [anyone("POST /a"), only("GET,POST /a")],
      [anyone("/a/*"), only("/a/**")],
      [{ ...anyone("/a"), host: "a.example" }, only("/a")],
      [anyone("/a"), only("/A")],
      [anyone("HEAD /a"), only("GET /a")],
      METHODS.filter((name) => name !== "HEAD").map((name) => anyone(`${name} /x`)),
    ];
    for (const rules of reachable) expect(() => compile(...rules)).to.not.throw();
  });
});

describe("a policy that leaves a sibling open", () => {
  it("is remarked upon, with the cure", () => {
    const [warning, ...others] = warningsOf(only("/admin/*"), anyone("/**"));
    expect(others).to.deep.equal([]);
    expect(warning?.option).to.equal("rules[0]");
    expect(warning?.message).to.contain('"* /admin/*" leaves /admin and /admin/*/* to a weaker');
    expect(warning?.message).to.contain("write /admin/**, which includes the bare prefix");
  });

  it("is remarked upon for the one that is open", () => {
    const [bare] = warningsOf(only("/admin/*"), anyone("/admin"), only("/**"));
    expect(bare?.message).to.contain("leaves /admin to a weaker rule");
    const [deeper] = warningsOf(only("/admin/*"), only("/admin"), anyone("/**"));
    expect(deeper?.message).to.contain("leaves /admin/*/* to a weaker rule");
    const [root] = warningsOf(only("/*"), anyone("/**"));
    expect(root?.message).to.contain("leaves / and /*/* to a weaker rule");
    const [middle] = warningsOf(only("/*/a%20b%3F/*"), anyone("/**"));
    expect(middle?.message).to.contain("leaves /*/a b? and /*/a b?/*/* to a weaker rule");
  });

  it("is remarked upon also where the weaker rule is for any client, or one method, or one host", () => {
    const all = "any-client" as const;
    expect(warningsOf(only("/a/*"), { match: "/**", allow: all })).to.have.length(1);
    expect(warningsOf({ match: "/a/*", allow: all }, anyone("/**"))).to.have.length(1);
    expect(warningsOf(only("POST /a/*"), anyone("/**"))).to.have.length(1);
    expect(
      warningsOf({ ...only("/a/*"), host: "*.example" }, { ...anyone("/**"), host: "*.example" }),
    ).to.have.length(1);
  });

  it("is not remarked upon where it is no weaker, or refused", () => {
    const fine: readonly (readonly Rule[])[] = [
      [only("/admin/*")],
      [only("/admin/**"), anyone("/**")],
      [anyone("/admin/*"), anyone("/**")],
      [only("/admin/*"), only("/**")],
      [
        { match: "/a/*", allow: "any-client" },
        { match: "/**", allow: "any-client" },
      ],
      [only("/admin"), anyone("/**")],
      [only("POST /admin/*"), anyone("GET /**")],
      [
        { ...only("/a/*"), host: "a.example" },
        { ...anyone("/**"), host: "b.example" },
      ],
    ];
    for (const rules of fine) expect(warningsOf(...rules)).to.deep.equal([]);
  });
});

describe("a policy that is asked for a request", () => {
  const policy = compile(
    anyone("GET /health"),
    only("/admin/**"),
    only("POST,DELETE /orders/*"),
    anyone("/**"),
  );

  it("gives the first rule that matches", () => {
    expect(route(policy, "/health")).to.deep.equal([0]);
    expect(route(policy, "/health", { method: "HEAD" })).to.deep.equal([0]);
    expect(route(policy, "/health", { method: "POST" })).to.deep.equal([3]);
    expect(route(policy, "/admin/users")).to.deep.equal([1]);
    expect(route(policy, "/orders/1", { method: "DELETE" })).to.deep.equal([2]);
  });

  it("refuses what no rule matches", () => {
    const small = compile(anyone("GET /health"));
    expect(route(small, "/other")).to.equal("no-rule-matches");
    expect(route(small, "/health", { method: "POST" })).to.equal("no-rule-matches");
    expect(route(small, "/Health/x")).to.equal("no-rule-matches");
  });

  it("refuses a target that cannot be read", () => {
    expect(route(policy, "/admin\\x")).to.equal("target-ambiguous");
    expect(route(policy, "*")).to.equal("target-ambiguous");
  });

  it("gives every rule that some reading meets", () => {
    expect(route(policy, "/ADMIN")).to.deep.equal([3, 1]);
    expect(route(policy, "/%61dmin/x")).to.deep.equal([3, 1]);
    expect(route(policy, "/health/../admin")).to.have.members([3, 1]);
    expect(route(policy, "//admin")).to.have.members([3, 1]);
    expect(route(policy, "//health")).to.have.members([3, 0]);
    expect(route(policy, "/other//x")).to.deep.equal([3]);
  });

  it("refuses when one reading meets no rule", () => {
    const small = compile(anyone("/a"), anyone("/b"));
    expect(route(small, "/a")).to.deep.equal([0]);
    expect(route(small, "/A")).to.equal("no-rule-matches");
    expect(route(small, "/%61")).to.equal("no-rule-matches");
    expect(route(small, "/b/../a")).to.equal("no-rule-matches");
    expect(route(small, "/a/")).to.deep.equal([0]);
  });

  it("reads rules that are written in other letters, or encoded, as it reads targets", () => {
    const other = compile(only("/ADMIN/**"), only("/caf%C3%A9"), only("/%6bey"), anyone("/**"));
    expect(route(other, "/ADMIN")).to.deep.equal([0]);
    expect(route(other, "/admin")).to.have.members([0, 3]);
    expect(route(other, "/caf%C3%A9")).to.deep.equal([1]);
    expect(route(other, "/caf%c3%a9")).to.deep.equal([1]);
    expect(route(other, "/CAF%C3%89")).to.have.members([3, 1]);
    expect(route(other, "/cafe%CC%81")).to.have.members([3, 1]);
    expect(route(other, "/key")).to.have.members([2]);
    expect(route(other, "/%E2%84%AAey")).to.have.members([3, 2]);
  });

  it("puts the rules that count before those that are only reported", () => {
    const staged = compile(
      only("/admin/**", { mode: "report" }),
      only("/Admin/x"),
      anyone("/**", { mode: "report" }),
    );
    expect(route(staged, "/Admin/x")).to.deep.equal([1, 0]);
    expect(route(staged, "/admin/x")).to.deep.equal([0]);
  });
});

describe("a policy and encoded slashes", () => {
  const policy = compile(
    anyone("/files/**", { allowEncodedSlash: true }),
    anyone("/one/*", { allowEncodedSlash: true }),
    anyone("/other/**"),
  );

  it("refuses them where the rule does not accept them", () => {
    expect(route(policy, "/other/a%2Fb")).to.equal("target-ambiguous");
    expect(route(policy, "/other/a%2fb")).to.equal("target-ambiguous");
  });

  it("accepts them where the rules of all readings do", () => {
    expect(route(policy, "/files/a%2Fb")).to.deep.equal([0]);
    expect(route(policy, "/files/..%2Fother/x")).to.equal("target-ambiguous");
    expect(route(policy, "/files/x/%2e%2e%2F%2e%2e%2Fother/x")).to.equal("target-ambiguous");
  });

  it("does not accept them for a single segment, which they divide for some", () => {
    expect(route(policy, "/one/a%2Fb")).to.equal("no-rule-matches");
  });

  it("sees them in a target that was rewritten", () => {
    expect(route(policy, "/other/a", { rewrittenTargets: ["/other/a%2Fb"] })).to.equal(
      "target-ambiguous",
    );
    expect(route(policy, "/files/a", { rewrittenTargets: ["/files/a%2Fb"] })).to.deep.equal([0]);
  });
});

describe("a policy and methods that headers ask for", () => {
  const policy = compile(only("DELETE /orders/*"), anyone("POST /orders/*"), anyone("GET /**"));

  it("gives the rules of all of them", () => {
    const post = { method: "POST" };
    expect(route(policy, "/orders/1", post)).to.deep.equal([1]);
    expect(route(policy, "/orders/1", { ...post, overrideMethods: ["DELETE"] })).to.have.members([
      0, 1,
    ]);
    expect(
      route(policy, "/orders/1", { ...post, overrideMethods: ["GET", "DELETE"] }),
    ).to.have.members([0, 1, 2]);
  });

  it("refuses a method that no rule matches", () => {
    expect(route(policy, "/orders/1", { overrideMethods: ["PUT"] })).to.equal("no-rule-matches");
    expect(route(policy, "/orders/1", { overrideMethods: [""] })).to.equal("no-rule-matches");
  });
});

describe("a policy and a target that was rewritten", () => {
  const policy = compile(only("/admin/**"), anyone("/**"));

  it("gives the rules of both forms", () => {
    expect(route(policy, "/public", { rewrittenTargets: ["/admin"] })).to.have.members([0, 1]);
    expect(route(policy, "/admin", { rewrittenTargets: ["/public"] })).to.have.members([0, 1]);
    expect(route(policy, "/public", { rewrittenTargets: ["/%61dmin"] })).to.have.members([0, 1]);
    expect(route(policy, "/public", { rewrittenTargets: ["/x"] })).to.deep.equal([1]);
  });

  it("refuses when one of them cannot be read", () => {
    expect(route(policy, "/public", { rewrittenTargets: ["/x\\y"] })).to.equal("target-ambiguous");
    expect(route(policy, "/x\\y", { rewrittenTargets: ["/public"] })).to.equal("target-ambiguous");
    expect(route(policy, "/public", { rewrittenTargets: [""] })).to.equal("target-ambiguous");
  });
});

describe("a policy and hosts", () => {
  const policy = compile(
    { ...anyone("/**"), host: "public.example" },
    { ...only("/**"), host: "*.corp.example" },
    { ...only("/v6"), host: "[2001:DB8::1]" },
    anyone("GET /health"),
  );

  it("gives the rule of the host", () => {
    expect(route(policy, "/a", { hosts: ["public.example"] })).to.deep.equal([0]);
    expect(route(policy, "/a", { hosts: ["public.example:8443"] })).to.deep.equal([0]);
    expect(route(policy, "/a", { hosts: ["a.corp.example"] })).to.deep.equal([1]);
    expect(route(policy, "/v6", { hosts: ["[2001:db8::1]:443"] })).to.deep.equal([2]);
    expect(route(policy, "/health", { hosts: ["other.example"] })).to.deep.equal([3]);
    expect(route(policy, "/a", { hosts: ["other.example"] })).to.equal("no-rule-matches");
  });

  it("gives also the rule for a router that takes the host by its letters", () => {
    expect(route(policy, "/health", { hosts: ["PUBLIC.example"] })).to.deep.equal([0, 3]);
    expect(route(policy, "/health", { hosts: ["public.example."] })).to.deep.equal([0, 3]);
    expect(route(policy, "/a", { hosts: ["PUBLIC.example"] })).to.equal("no-rule-matches");
  });

  it("refuses a request without exactly one", () => {
    for (const hosts of [[], ["a.example", "b.example"], ["a b"], ["user@public.example"]]) {
      expect(route(policy, "/a", { hosts })).to.equal("host-ambiguous");
    }
  });

  it("refuses an absolute target that names another", () => {
    const target = "http://public.example/a";
    expect(route(policy, target, { hosts: ["public.example"] })).to.deep.equal([0]);
    expect(route(policy, target, { hosts: ["a.corp.example"] })).to.equal("host-ambiguous");
    expect(route(policy, target)).to.equal("host-ambiguous");
  });

  it("does not look at hosts when nobody names one", () => {
    const simple = compile(anyone("/**"));
    expect(route(simple, "/a")).to.deep.equal([0]);
    expect(route(simple, "/a", { hosts: ["x", "y"] })).to.deep.equal([0]);
    expect(route(simple, "http://a.example/", { hosts: ["a.example"] })).to.deep.equal([0]);
    expect(route(simple, "http://a.example/", { hosts: ["b.example"] })).to.equal("host-ambiguous");
  });
});

describe("a policy's short way and its long one", () => {
  it("give the same rule for a target that leaves nothing to interpret", () => {
    const segment = fc.constantFrom("a", "b", "*", "**");
    const match = fc.array(segment, { maxLength: 3 }).map((segments) => `/${segments.join("/")}`);
    const target = fc
      .array(fc.constantFrom("a", "b", "c"), { maxLength: 4 })
      .map((segments) => `/${segments.join("/")}`);
    let routed = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(match, { minLength: 1, maxLength: 4 }),
        target,
        (matches, path) => {
          let policy: CompiledPolicy;
          try {
            policy = compile(...matches.map((one) => anyone(one)));
          } catch {
            return; // A rule that can never match.
          }
          routed++;
          const short = route(policy, path);
          // What was rewritten to the same target is read the long way.
          expect(route(policy, path, { rewrittenTargets: [path] })).to.deep.equal(short);
          expect(route(policy, path, { overrideMethods: ["GET"] })).to.deep.equal(short);
        },
      ),
      { seed: 4, numRuns: 5_000 },
    );
    expect(routed).to.be.greaterThan(1_000);
  });
});

describe("what a policy remembers of a target", () => {
  const policy = compile(only("GET /admin/**"), anyone("POST /admin/**"), anyone("* /**"));

  it("is for its method alone, and for a request without more to read", () => {
    for (let time = 0; time < 2; time++) {
      expect(route(policy, "/admin/a")).to.deep.equal([0]);
      expect(route(policy, "/admin/a", { method: "POST" })).to.deep.equal([1]);
      const more = { method: "POST", overrideMethods: ["GET"] };
      expect(route(policy, "/admin/a", more)).to.have.members([0, 1]);
      expect(route(policy, "/open", { rewrittenTargets: ["/admin/a"] })).to.have.members([0, 2]);
      expect(route(policy, "/open")).to.deep.equal([2]);
    }
  });

  it("leaves out absolute targets, whose host every request has to repeat", () => {
    const target = "http://a.example/open";
    expect(route(policy, target, { hosts: ["a.example"] })).to.deep.equal([2]);
    expect(route(policy, target, { hosts: ["b.example"] })).to.equal("host-ambiguous");
  });

  it("is bounded in number, length and methods, and right beyond", () => {
    const long = `/admin/${"a".repeat(300)}`;
    for (let time = 0; time < 2; time++) {
      expect(route(policy, long)).to.deep.equal([0]);
      expect(route(policy, "/admin/a", { method: "X-INVENTED" })).to.deep.equal([2]);
      for (let index = 0; index < 1_500; index++) {
        expect(route(policy, `/admin/${index}`)).to.deep.equal([0]);
      }
    }
  });
});
