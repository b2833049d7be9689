import { isIP } from "node:net";
import type { JsonObject } from "./json-object.ts";
import type { CaseName, CasePolicies, PathCase } from "./path-case.ts";
import { UsageError } from "./usage-error.ts";

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
    time: readTime(test),
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
    legacy: readLegacy(test.optionalStrings("weak") ?? []),
    expected: test.oneOf("expected_result", ["SUCCESS", "FAILURE"]),
    expectedPolicies: expectedPolicies === undefined ? undefined : new Set(expectedPolicies),
  };
}

function readTime(test: JsonObject): number | undefined {
  const text = test.optionalString("validation_time");
  if (text === undefined) return undefined;
  // Without an offset JavaScript would take it for the time zone of this machine.
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(time)) throw new UsageError(`${test.place}: validation_time is not ISO 8601.`);
  return time;
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

/** Any label asks for the weak hashes; small keys are another matter. */
function readLegacy(labels: readonly string[]): PathCase["legacy"] {
  if (labels.length === 0) return [];
  return labels.some((label) => /rsa/i.test(label)) ? ["sha1", "md5", "rsa-1024"] : ["sha1", "md5"];
}
