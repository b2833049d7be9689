import { isIP } from "node:net";
import type { JsonObject } from "./json-object.ts";
import type { CaseName, CasePolicies, PathCase } from "./path-case.ts";
import { readTimeField } from "./read-time-field.ts";
import { readWeakLabels } from "./read-weak-labels.ts";

const usageOfKind = { CLIENT: "clientAuth", SERVER: "serverAuth" } as const;
const typeOfKind = { DNS: "dns", IP: "ip", RFC822: "email" } as const;
const anyPolicy = "2.5.29.32.0";

/** Reads one case: what the schema knows, and nothing else. */
export function readCase(fields: JsonObject): PathCase {
  const id = fields.string("id");
  const test = fields.at(`${fields.place} (${id})`);
  const kind = test.oneOf("validation_kind", ["CLIENT", "SERVER"]);
  const usages = test.optionalStrings("extended_key_usage") ?? [];
  const expectedPolicies = test.optionalStrings("expected_user_policy_set");
  return {
    id,
    isSoft: (test.optionalStrings("features") ?? []).includes("soft"),
    usages: usages.length > 0 ? usages : [usageOfKind[kind]],
    trusted: test.strings("trusted_certs"),
    intermediates: test.optionalStrings("untrusted_intermediates") ?? [],
    leaf: test.string("peer_certificate"),
    time: readTimeField(test, "validation_time"),
    names: [
      test.optionalObject("expected_peer_name") ?? [],
      test.optionalObjects("expected_peer_names") ?? [],
    ]
      .flat()
      .map(readName),
    pathLength: test.optionalCount("max_chain_depth"),
    lists: test.optionalStrings("crls") ?? [],
    revocation: test.optionalString("revocation_mode") === "strict" ? "required" : "if-covered",
    policies: readPolicies(test),
    legacy: readWeakLabels(test),
    expected: test.oneOf("expected_result", ["SUCCESS", "FAILURE"]),
    expectedPolicies: expectedPolicies === undefined ? undefined : new Set(expectedPolicies),
  };
}

function readName(name: JsonObject): CaseName {
  const type = typeOfKind[name.oneOf("kind", ["DNS", "IP", "RFC822"])];
  const value = name.string("value");
  // Published suites write addresses as DNS names.
  return { type: type === "dns" && isIP(value) !== 0 ? "ip" : type, value };
}

function readPolicies(test: JsonObject): CasePolicies {
  const accepted = test.optionalStrings("initial_policy_set") ?? [];
  return {
    // As everywhere in the schema, an empty list asks for nothing.
    accepted: accepted.length === 0 || accepted.includes(anyPolicy) ? undefined : accepted,
    requireExplicit: test.optionalBoolean("require_explicit_policy") ?? false,
    inhibitMapping: test.optionalBoolean("inhibit_policy_mapping") ?? false,
    inhibitAny: test.optionalBoolean("inhibit_any_policy") ?? false,
  };
}
