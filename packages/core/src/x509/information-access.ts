import type { DerReader } from "../asn1/der-reader.ts";
import { tags } from "../asn1/tags.ts";
import { readGeneralName, type GeneralName } from "./general-name.ts";

/** Where something about the issuer or the subject is found (RFC 5280 4.2.2). */
export interface AccessDescription {
  /** What is found there: an object identifier key. */
  readonly method: string;
  readonly location: GeneralName;
}

/** AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF AccessDescription; SubjectInfoAccess is the same. */
export function readInformationAccess(value: DerReader): readonly AccessDescription[] {
  const sequence = value.read(tags.sequence);
  const descriptions: AccessDescription[] = [];
  do {
    const description = sequence.read(tags.sequence);
    descriptions.push({
      method: description.readOid(),
      location: readGeneralName(description, "any-ascii"),
    });
    description.finish();
  } while (!sequence.atEnd);
  return descriptions;
}
