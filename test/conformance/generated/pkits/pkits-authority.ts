import {
  certificateList,
  extensions,
  type AuthorityChanges,
  type CrlChanges,
  type CrlEntryChanges,
  type CrlReasonName,
  type LeafChanges,
  type TestAuthority,
  type TestCertificate,
  type TestCrl,
} from "@mtls-shield/testkit";
import { pkitsName } from "./pkits-name.ts";
import { p1 } from "./test-policies.ts";

/** What may be changed in a certificate of the suite; what is left out is as in almost all of them. */
export interface PkitsChanges extends LeafChanges, AuthorityChanges {
  /** By default NIST-test-policy-1; none: no extension. */
  readonly policies?: readonly string[];
}

export interface PkitsAuthorityChanges extends PkitsChanges {
  /** What its list is like; none: it publishes no list, or others that `publish` makes. */
  readonly list?: CrlChanges | "none";
}

/** What is published: everybody's certificates and lists. */
export interface PkitsDirectory {
  readonly now: number;
  readonly certificates: TestCertificate[];
  /** Made when all revocations are known. */
  readonly lists: (() => TestCrl)[];
}

/** What all certificates of one name share. */
class Register {
  lastSerialNumber = 0n;
  readonly revoked: CrlEntryChanges[] = [];
}

/** An authority of the suite with one of its keys. */
export class PkitsAuthority {
  readonly #directory: PkitsDirectory;
  readonly #authority: TestAuthority;
  readonly #register: Register;

  constructor(directory: PkitsDirectory, authority: TestAuthority, register = new Register()) {
    this.#directory = directory;
    this.#authority = authority;
    this.#register = register;
  }

  get certificate(): TestCertificate {
    return this.#authority.certificate;
  }

  get subject(): Uint8Array {
    return this.certificate.parts.subject;
  }

  /** An authority below this one, whose certificate and list are published. */
  subordinate(
    name: string | Uint8Array,
    { list = {}, ...changes }: PkitsAuthorityChanges = {},
  ): PkitsAuthority {
    const subject = typeof name === "string" ? pkitsName(["commonName", name]) : name;
    const below = new PkitsAuthority(
      this.#directory,
      this.#authority.intermediate(this.#complete({ subject, ...changes })),
    );
    this.#directory.certificates.push(below.certificate);
    if (list !== "none") below.publish(list);
    return below;
  }

  /** The same authority with another key, for which this key vouches. */
  selfIssued(changes: PkitsChanges = {}): PkitsAuthority {
    const other = this.#withOtherKey(changes);
    this.#directory.certificates.push(other.certificate);
    return other;
  }

  endEntity(changes: PkitsChanges = {}): TestCertificate {
    const { leaf } = this.#authority.client({
      subject: pkitsName(["commonName", "End Entity"]),
      ...this.#complete(changes),
      extensions: {
        basicConstraints: "absent",
        extendedKeyUsage: "absent",
        ...changes.extensions,
      },
    });
    return leaf;
  }

  /** An end of the path that is an authority, and is not published. */
  endAuthority(changes: PkitsChanges = {}): TestCertificate {
    const subject = pkitsName(["commonName", "End Authority"]);
    return this.#authority.intermediate(this.#complete({ subject, ...changes })).certificate;
  }

  /** An end of the path that has the authority's own name. */
  endSelfIssued(changes: PkitsChanges = {}): TestCertificate {
    return this.#withOtherKey(changes).certificate;
  }

  /** Puts the certificate on every list that takes its entries from here. */
  revoke(certificate: TestCertificate, reason: CrlReasonName = "keyCompromise"): TestCertificate {
    this.#register.revoked.push({ certificate, reason });
    return certificate;
  }

  /** Publishes a list that is signed with this key, of what the authority revokes unless the changes say otherwise. */
  publish(changes: CrlChanges = {}): void {
    const { now, lists } = this.#directory;
    lists.push(() =>
      certificateList(this.certificate, { now, revoked: this.#register.revoked, ...changes }),
    );
  }

  #withOtherKey(changes: PkitsChanges): PkitsAuthority {
    return new PkitsAuthority(
      this.#directory,
      this.#authority.intermediate(this.#complete({ subject: this.subject, ...changes })),
      this.#register,
    );
  }

  #complete({ policies = [p1], ...changes }: PkitsChanges): PkitsChanges {
    const policyExtensions =
      policies.length === 0 ? [] : [extensions.certificatePolicies(...policies)];
    return {
      serialNumber: ++this.#register.lastSerialNumber,
      ...changes,
      moreExtensions: [...policyExtensions, ...(changes.moreExtensions ?? [])],
    };
  }
}
