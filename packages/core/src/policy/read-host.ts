import { readAuthority } from "./authority.ts";
import type { RoutedRequest } from "./compile-policy.ts";
import { readTarget } from "./target-readings.ts";

/** The host that a request is for, in lower case without port and final dot; undefined when that can be read in more than one way. */
export function readHost({ hosts, target }: RoutedRequest): string | undefined {
  const readings = readTarget(target);
  // What the target itself leaves open is for the rules to refuse.
  return readAuthority(hosts, readings?.authority)?.[0];
}
