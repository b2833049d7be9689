import { equalBytes } from "../base/bytes.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { DistinguishedName } from "../x509/distinguished-name.ts";
import { SignatureMemory } from "./signature-memory.ts";

/** Authorities that vouch for clients together, under one name. Immutable: a reload makes a new one. */
export class TrustSet {
  readonly name: string;
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** SHA-256 in hex of certificates and of public keys that are accepted without a path. */
  readonly pinned: ReadonlySet<string>;
  readonly signatures: SignatureMemory;
  readonly #anchors: NameIndex;
  readonly #intermediates: NameIndex;

  constructor(parts: {
    readonly name: string;
    readonly anchors: readonly Certificate[];
    readonly intermediates: readonly Certificate[];
    readonly pinned: ReadonlySet<string>;
  }) {
    this.name = parts.name;
    this.anchors = parts.anchors;
    this.intermediates = parts.intermediates;
    this.pinned = parts.pinned;
    this.signatures = new SignatureMemory([...parts.anchors, ...parts.intermediates]);
    this.#anchors = new NameIndex(parts.anchors);
    this.#intermediates = new NameIndex(parts.intermediates);
  }

  /** Whether this very certificate is one of the authorities of the set. */
  holds({ subject, der }: Certificate): boolean {
    const isSame = (authority: Certificate) => equalBytes(authority.der, der);
    return this.anchorsNamed(subject).some(isSame) || this.intermediatesNamed(subject).some(isSame);
  }

  anchorsNamed(name: DistinguishedName): readonly Certificate[] {
    return this.#anchors.find(name);
  }

  intermediatesNamed(name: DistinguishedName): readonly Certificate[] {
    return this.#intermediates.find(name);
  }
}

/** Whether the sets vouch for the same clients under the same names. */
export function isSameTrust(
  some: readonly TrustSet[] | undefined,
  others: readonly TrustSet[] | undefined,
): boolean {
  return printTrust(some) === printTrust(others);
}

function printTrust(sets: readonly TrustSet[] | undefined): string {
  const print = (list: readonly Certificate[]) => list.map(({ fingerprint }) => fingerprint);
  return JSON.stringify(
    sets?.map(({ name, anchors, intermediates, pinned }) => [
      name,
      print(anchors),
      print(intermediates),
      [...pinned],
    ]),
  );
}

const none: readonly Certificate[] = [];

/** Certificates by subject: by its bytes, which nearly always match, and else by what RFC 5280 7.1 compares. */
class NameIndex {
  readonly #byBytes = new Map<string, readonly Certificate[]>();
  readonly #byComparisonKey = new Map<string, Certificate[]>();

  constructor(certificates: readonly Certificate[]) {
    for (const certificate of certificates) {
      const { subject } = certificate;
      const sameName = this.#byComparisonKey.get(subject.comparisonKey) ?? [];
      sameName.push(certificate);
      this.#byComparisonKey.set(subject.comparisonKey, sameName);
      this.#byBytes.set(subject.der.toString("latin1"), sameName);
    }
  }

  find(name: DistinguishedName): readonly Certificate[] {
    if (this.#byBytes.size === 0) return none;
    return (
      this.#byBytes.get(name.der.toString("latin1")) ??
      this.#byComparisonKey.get(name.comparisonKey) ??
      none
    );
  }
}
