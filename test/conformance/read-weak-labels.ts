import type { JsonObject } from "./json-object.ts";

export type WeakAlgorithm = "sha1" | "md5" | "rsa-1024";

/** What a case allows by `weak`. Any label asks for the weak hashes; small keys are another matter. */
export function readWeakLabels(test: JsonObject): readonly WeakAlgorithm[] {
  const labels = test.optionalStrings("weak") ?? [];
  if (labels.length === 0) return [];
  return labels.some((label) => /rsa/i.test(label)) ? ["sha1", "md5", "rsa-1024"] : ["sha1", "md5"];
}
