import type { ReasonCode } from "@mtls-shield/core";
import { authority, type TestCertificate } from "@mtls-shield/testkit";
import type { WrittenCase } from "../../conform.ts";
import { PkitsAuthority, type PkitsDirectory } from "./pkits-authority.ts";
import { pkitsName } from "./pkits-name.ts";

/** The inputs of RFC 5280 6.1.1 that a test changes. */
export interface PkitsInputs {
  readonly accepted?: readonly string[];
  readonly requireExplicit?: boolean;
  readonly inhibitMapping?: boolean;
  readonly inhibitAny?: boolean;
}

/** PKITS says whether a path is valid; why it is not is said here, so that no test passes for another reason. */
export type PkitsExpectation =
  | { readonly result: "SUCCESS"; readonly policies: readonly string[] | undefined }
  | { readonly result: "FAILURE"; readonly code: ReasonCode };

export interface PkitsTest {
  /** The number of the test in PKITS, and of its input where there are several. */
  readonly id: string;
  readonly sentence: string;
  readonly certificate: TestCertificate;
  readonly inputs: PkitsInputs;
  readonly expected: PkitsExpectation;
}

/** Authorities, lists and tests after NIST's Public Key Interoperability Test Suite, in one directory for all. */
export class PkitsSuite {
  readonly now = Date.UTC(2026, 5, 15, 12);
  readonly tests: PkitsTest[] = [];
  readonly anchor: PkitsAuthority;
  /** An authority that most sections use. */
  readonly good: PkitsAuthority;
  readonly #directory: PkitsDirectory = { now: this.now, certificates: [], lists: [] };

  constructor() {
    const root = authority({
      clock: () => this.now,
      subject: pkitsName(["commonName", "Trust Anchor"]),
    });
    this.anchor = new PkitsAuthority(this.#directory, root);
    this.anchor.publish();
    this.good = this.anchor.subordinate("Good CA");
  }

  /** `policies`: the user-constrained policy set, where a test is about it. */
  accepts(
    id: string,
    sentence: string,
    certificate: TestCertificate,
    { policies, ...inputs }: PkitsInputs & { readonly policies?: readonly string[] } = {},
  ): void {
    const expected = { result: "SUCCESS", policies } as const;
    this.tests.push({ id, sentence, certificate, inputs, expected });
  }

  refuses(
    id: string,
    code: ReasonCode,
    sentence: string,
    certificate: TestCertificate,
    inputs: PkitsInputs = {},
  ): void {
    this.tests.push({ id, sentence, certificate, inputs, expected: { result: "FAILURE", code } });
  }

  /** The cases of a suite as it is written to a file: every certificate and every list with each of them. */
  writtenCases(): readonly WrittenCase[] {
    const trusted = [this.anchor.certificate.pem];
    const intermediates = this.#directory.certificates.map(({ pem }) => pem);
    const lists = this.#directory.lists.map((list) => list().pem);
    return this.tests.map(({ id, certificate, inputs, expected }) => ({
      id: `pkits::${id}`,
      validation_kind: "CLIENT",
      trusted_certs: trusted,
      untrusted_intermediates: intermediates,
      peer_certificate: certificate.pem,
      validation_time: new Date(this.now).toISOString(),
      crls: lists,
      revocation_mode: "strict",
      initial_policy_set: inputs.accepted ?? null,
      require_explicit_policy: inputs.requireExplicit ?? false,
      inhibit_policy_mapping: inputs.inhibitMapping ?? false,
      inhibit_any_policy: inputs.inhibitAny ?? false,
      expected_result: expected.result,
      expected_user_policy_set: expected.result === "SUCCESS" ? (expected.policies ?? null) : null,
    }));
  }
}
