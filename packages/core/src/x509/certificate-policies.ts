import { DerError } from "../asn1/der-error.ts";
import type { DerReader } from "../asn1/der-reader.ts";
import { contextPrimitive, tags } from "../asn1/tags.ts";

/** A policy of an authority that is equivalent to one of its subject's (RFC 5280 4.2.1.5): object identifier keys. */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** After how many more certificates policies are constrained (RFC 5280 4.2.1.11). */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

/** The policies (object identifier keys) of RFC 5280 4.2.1.4; their qualifiers are checked and dropped. */
export function readCertificatePolicies(value: DerReader): readonly string[] {
  const sequence = value.read(tags.sequence);
  const policies = new Set<string>();
  let count = 0;
  do {
    const information = sequence.read(tags.sequence);
    policies.add(information.readOid());
    count++;
    const qualifiers = information.readOptional(tags.sequence);
    if (qualifiers !== undefined) skipQualifiers(qualifiers);
    information.finish();
  } while (!sequence.atEnd);
  // RFC 5280 4.2.1.4: a policy must not appear more than once.
  if (policies.size < count) throw new DerError("a certificate policy stands twice");
  return [...policies];
}

/** SEQUENCE SIZE (1..MAX) OF PolicyQualifierInfo: for people to read, never for a decision. */
function skipQualifiers(qualifiers: DerReader): void {
  do {
    const qualifier = qualifiers.read(tags.sequence);
    qualifier.readOid();
    qualifier.readAny();
    qualifier.finish();
  } while (!qualifiers.atEnd);
}

export function readPolicyMappings(value: DerReader): readonly PolicyMapping[] {
  const sequence = value.read(tags.sequence);
  const mappings: PolicyMapping[] = [];
  do {
    const mapping = sequence.read(tags.sequence);
    mappings.push({
      issuerDomainPolicy: mapping.readOid(),
      subjectDomainPolicy: mapping.readOid(),
    });
    mapping.finish();
  } while (!sequence.atEnd);
  return mappings;
}

export function readPolicyConstraints(value: DerReader): PolicyConstraints {
  const sequence = value.read(tags.sequence);
  const requireExplicitPolicy = readSkipCerts(sequence, contextPrimitive(0));
  const inhibitPolicyMapping = readSkipCerts(sequence, contextPrimitive(1));
  sequence.finish();
  if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined) {
    throw new DerError("policy constraints hold nothing");
  }
  return { requireExplicitPolicy, inhibitPolicyMapping };
}

function readSkipCerts(sequence: DerReader, tag: number): number | undefined {
  return sequence.nextTag === tag ? sequence.readSmallInteger(tag) : undefined;
}
