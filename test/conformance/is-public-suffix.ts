import { getPublicSuffix } from "tldts";

/** Whether the public suffix list, its private section included, names this very domain. */
export function isPublicSuffix(domain: string): boolean {
  return getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;
}
