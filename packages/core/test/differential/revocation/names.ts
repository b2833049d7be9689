import { distinguishedName } from "@mtls-shield/testkit";

export const listSignerName = distinguishedName({
  organization: "Example",
  commonName: "List Signer",
});

export const otherName = distinguishedName({
  organization: "Example",
  commonName: "Another Authority",
});

/** Of the authority at this place of a chain: 0 is the root. */
export function authorityName(place: number): Uint8Array {
  return distinguishedName({ organization: "Example", commonName: `Authority ${place}` });
}
