import { PkiError } from "./pki-error.ts";

/** Checks a SPIFFE ID as the SPIFFE-ID standard, section 2, spells it. */
export function checkSpiffeId(id: unknown): asserts id is string {
  const fault = typeof id === "string" ? findFault(id) : "is not a string";
  if (fault === undefined) return;
  throw new PkiError(
    "spiffeId",
    `"spiffeId" ${fault}. Write it like spiffe://trust-domain.example/path/of/workload.`,
  );
}

function findFault(id: string): string | undefined {
  // Section 2.3: implementations must support 2048 bytes and must not make longer ones.
  if (id.length > 2_048) return "is longer than 2048 characters";
  const scheme = "spiffe://";
  if (!id.startsWith(scheme)) return `does not begin with ${scheme}`;
  const [trustDomain = "", ...segments] = id.slice(scheme.length).split("/");
  if (trustDomain.includes(":")) return "has a port, which SPIFFE IDs never have";
  if (trustDomain === "" || trustDomain.length > 255 || !/^[a-z0-9._-]+$/.test(trustDomain)) {
    return "has no trust domain of 1 to 255 lower-case letters, digits, dots, hyphens or underscores";
  }
  if (segments.includes("")) return "has an empty path segment or ends with a slash";
  if (segments.some((segment) => segment === "." || segment === "..")) {
    return "has a path segment of dots";
  }
  if (!segments.every((segment) => /^[A-Za-z0-9._-]+$/.test(segment))) {
    return "has a path of other characters than letters, digits, dots, hyphens and underscores";
  }
  return undefined;
}
