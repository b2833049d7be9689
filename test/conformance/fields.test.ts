import { expect } from "chai";
import { authority, extensions } from "@mtls-shield/testkit";
import { certificateList } from "../../packages/testkit/src/test-crl.ts";
import { conform, type WrittenCase } from "./conform.ts";
import { soundCase, writtenCase } from "./written-case.ts";

const yearMs = 365 * 24 * 3_600_000;
const garbage = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
const garbageList = garbage.replaceAll("CERTIFICATE", "X509 CRL");

/** The case agrees as it is, and disagrees with the verdict turned: a field that is not read would show. */
function itReads(what: string, reason: string | null, make: () => WrittenCase): void {
  it(what, () => {
    const right = make();
    const expected = reason === null ? "SUCCESS" : "FAILURE";
    const turned = reason === null ? "FAILURE" : "SUCCESS";
    const agreed = conform([{ ...right, expected_result: expected }]);
    expect(agreed, agreed.output).to.include({ code: 0 });
    expect(agreed.report.cases[0]).to.include({ expected, actual: expected, reason });
    const disagreed = conform([{ ...right, expected_result: turned }]);
    expect(disagreed).to.include({ code: 1 });
    expect(disagreed.report).to.include({
      agreed: 0,
      wronglyAccepted: reason === null ? 1 : 0,
      wronglyRefused: reason === null ? 0 : 1,
    });
    const why = reason === null ? "no reason" : `reason ${reason}`;
    const line = `${String(right.id)}: expected ${turned}, actual ${expected}, ${why}`;
    expect(disagreed.output).to.contain(line);
  });
}

describe("the fields of a path suite", () => {
  describe("trusted_certs", () => {
    itReads("accepts what a trusted root vouches for", null, soundCase);
    itReads("refuses what another root vouches for", "issuer-unknown", () =>
      soundCase({ trusted_certs: [authority({ commonName: "Other" }).certificate.pem] }),
    );
    itReads("trusts an intermediate as it is", null, () => {
      const ca = authority().intermediate();
      return writtenCase(ca.client(), { trusted_certs: [ca.certificate.pem] });
    });
    itReads("leaves aside those that cannot be read", null, () => {
      const right = soundCase();
      return { ...right, trusted_certs: [garbage, ...(right.trusted_certs as string[])] };
    });
    itReads("trusts nobody when none can be read", "certificate-malformed", () =>
      soundCase({ trusted_certs: [garbage, garbage] }),
    );
    itReads("trusts nobody when there is none", "certificate-malformed", () =>
      soundCase({ trusted_certs: [] }),
    );
  });

  describe("untrusted_intermediates", () => {
    itReads("are needed", "issuer-unknown", () => soundCase({ untrusted_intermediates: [] }));
    itReads("are left aside where they cannot be read", null, () => {
      const right = soundCase();
      const pool = right.untrusted_intermediates as string[];
      return { ...right, untrusted_intermediates: [garbage, ...pool] };
    });
    itReads("may be many more than a client may send", null, () => {
      const right = soundCase();
      const others = Array.from({ length: 120 }, (_, index) => {
        const other = authority({ commonName: `Other ${index}` });
        return other.intermediate().certificate.pem;
      });
      const pool = right.untrusted_intermediates as string[];
      return { ...right, untrusted_intermediates: [...others, ...pool] };
    });
  });

  describe("peer_certificate", () => {
    itReads("is refused when it cannot be read", "certificate-malformed", () =>
      soundCase({ peer_certificate: garbage }),
    );
  });

  describe("validation_kind and extended_key_usage", () => {
    const server = (changes: WrittenCase): WrittenCase =>
      writtenCase(authority().server(), changes);
    itReads("a client is good for CLIENT", null, soundCase);
    itReads("a client is not good for SERVER", "extended-key-usage-invalid", () =>
      soundCase({ validation_kind: "SERVER" }),
    );
    itReads("a server is good for SERVER", null, () => server({ validation_kind: "SERVER" }));
    itReads("a usage that is listed goes before the kind", null, () =>
      server({ validation_kind: "CLIENT", extended_key_usage: ["serverAuth"] }),
    );
    itReads("every usage that is listed is needed", "extended-key-usage-invalid", () =>
      server({ validation_kind: "SERVER", extended_key_usage: ["serverAuth", "clientAuth"] }),
    );
    itReads("a certificate for both is good for both", null, () => {
      const both = extensions.extendedKeyUsage("serverAuth", "clientAuth");
      return writtenCase(authority().client({ extensions: { extendedKeyUsage: both } }), {
        extended_key_usage: ["serverAuth", "clientAuth"],
      });
    });
    itReads("nobody is good for a usage that is not known", "extended-key-usage-invalid", () =>
      soundCase({ extended_key_usage: ["codeSigning"] }),
    );
    itReads("a certificate without usages passes", null, () =>
      writtenCase(authority().client({ extensions: { extendedKeyUsage: "absent" } })),
    );
    itReads("key usages are not asked for", null, () => {
      const keyUsage = extensions.keyUsage("dataEncipherment");
      return writtenCase(authority().client({ extensions: { keyUsage } }), {
        key_usage: ["digitalSignature"],
      });
    });
  });

  describe("validation_time", () => {
    const inAYear = new Date(Date.now() + yearMs).toISOString();
    itReads("is the time that counts", "certificate-expired", () =>
      soundCase({ validation_time: inAYear }),
    );
    itReads("accepts what was valid then", null, () => {
      const clock = (): number => Date.UTC(2001, 0, 1);
      return writtenCase(authority({ clock }).client(), {
        validation_time: "2001-01-02T00:00:00.123456+00:00",
      });
    });
    it("is UTC without an offset, wherever the machine is", () => {
      const { TZ: zone } = process.env;
      process.env.TZ = "America/New_York";
      try {
        const notBefore = Date.UTC(2025, 5, 1);
        const chain = authority({ notBefore }).client({ notBefore });
        const right = (validation_time: string, expected_result: string): WrittenCase =>
          writtenCase(chain, { id: `made::${validation_time}`, validation_time, expected_result });
        const { code, output } = conform([
          right("2025-05-31T23:59:59", "FAILURE"),
          right("2025-06-01T00:00:00", "SUCCESS"),
        ]);
        expect(code, output).to.equal(0);
      } finally {
        if (zone === undefined) delete process.env.TZ;
        else process.env.TZ = zone;
      }
    });
    itReads("is now when it is null", "certificate-expired", () => {
      const clock = (): number => Date.UTC(2001, 0, 1);
      return writtenCase(authority().client({ notBefore: clock(), notAfter: clock() + yearMs }));
    });
  });

  describe("expected_peer_name and expected_peer_names", () => {
    const named = (changes: WrittenCase): WrittenCase =>
      writtenCase(
        authority().client({
          dnsNames: ["a.example.com", "b.example.com"],
          ipAddresses: ["192.0.2.1", "2001:db8::1"],
          emails: ["a@example.com"],
        }),
        changes,
      );
    const mismatch = "peer-name-mismatch";
    for (const [kind, present, absent] of [
      ["DNS", "a.example.com", "c.example.com"],
      ["IP", "192.0.2.1", "192.0.2.2"],
      ["IP", "2001:db8:0::1", "2001:db8::2"],
      ["RFC822", "a@example.com", "c@example.com"],
      ["DNS", "192.0.2.1", "192.0.2.2"],
      ["DNS", "2001:db8::1", "2001:db8::2"],
    ] as const) {
      itReads(`accept ${present} as ${kind}`, null, () =>
        named({ expected_peer_name: { kind, value: present } }),
      );
      itReads(`refuse ${absent} as ${kind}`, mismatch, () =>
        named({ expected_peer_name: { kind, value: absent } }),
      );
      itReads(`refuse ${absent} as ${kind} in the list`, mismatch, () =>
        named({ expected_peer_names: [{ kind, value: absent }] }),
      );
    }
    itReads("have to match every one", mismatch, () =>
      named({
        expected_peer_name: { kind: "DNS", value: "a.example.com" },
        expected_peer_names: [
          { kind: "DNS", value: "b.example.com" },
          { kind: "DNS", value: "c.example.com" },
        ],
      }),
    );
  });

  describe("max_chain_depth", () => {
    itReads("accepts as many intermediates", null, () => soundCase({ max_chain_depth: 1 }));
    itReads("refuses more", "path-length-exceeded", () => soundCase({ max_chain_depth: 0 }));
    itReads("null is more than a client may send", null, () => {
      let ca = authority();
      for (let depth = 0; depth < 12; depth++) ca = ca.intermediate();
      return writtenCase(ca.client());
    });
  });

  describe("crls and revocation_mode", () => {
    const clientOf = (ca = authority()) => ({ ca, chain: ca.client() });
    itReads("refuse what is on a list", "certificate-revoked", () => {
      const { ca, chain } = clientOf();
      const { pem } = certificateList(ca.certificate, { revoked: [chain.leaf] });
      return writtenCase(chain, { crls: [pem] });
    });
    itReads("accept what is not", null, () => {
      const { ca, chain } = clientOf();
      const { pem } = certificateList(ca.certificate, { revoked: [{ serialNumber: 1 }] });
      return writtenCase(chain, { crls: [pem] });
    });
    itReads("accept what no list speaks of", null, () => {
      const other = authority({ commonName: "Other" });
      return soundCase({ crls: [certificateList(other.certificate).pem] });
    });
    itReads("speak of nobody where they cannot be read", null, () =>
      soundCase({ crls: [garbageList, ""] }),
    );
    itReads("strict: help nobody where they cannot be read", "revocation-unknown", () =>
      soundCase({ crls: [garbageList], revocation_mode: "strict" }),
    );
    itReads("strict: a certificate needs a list", "revocation-unknown", () =>
      soundCase({ revocation_mode: "strict" }),
    );
    itReads("strict: every certificate needs one", "revocation-unknown", () => {
      const ca = authority().intermediate();
      const { pem } = certificateList(ca.certificate);
      return writtenCase(ca.client(), { crls: [pem], revocation_mode: "strict" });
    });
    itReads("strict: lists of every authority are enough", null, () => {
      const root = authority();
      const ca = root.intermediate();
      const crls = [root, ca].map(({ certificate }) => certificateList(certificate).pem);
      return writtenCase(ca.client(), { crls, revocation_mode: "strict" });
    });
    const withSigner = (changes: WrittenCase & { readonly revoked?: boolean }): WrittenCase => {
      const root = authority();
      const ca = root.intermediate();
      // The authority has a second key for its lists: cRLSign, not keyCertSign.
      const { certificate: signer } = root.intermediate({
        subject: ca.certificate.parts.subject,
        extensions: { keyUsage: extensions.keyUsage("cRLSign") },
      });
      const ofRoot = certificateList(root.certificate, {
        revoked: changes.revoked === true ? [signer] : [],
      });
      return writtenCase(ca.client(), {
        untrusted_intermediates: [ca.certificate.pem, signer.pem],
        crls: [certificateList(signer).pem, ofRoot.pem],
        ...changes,
      });
    };
    itReads("take signers from the pool", null, () => withSigner({ revocation_mode: "strict" }));
    itReads("strict: a signer needs a good status, too", "revocation-unknown", () =>
      withSigner({ revocation_mode: "strict", revoked: true }),
    );
  });

  describe("policies", () => {
    const [gold, silver] = ["1.3.6.1.4.1.55555.1", "1.3.6.1.4.1.55555.2"];
    const under = (policies: readonly string[], changes: WrittenCase): WrittenCase => {
      const moreExtensions = [extensions.certificatePolicies(...policies)];
      return writtenCase(
        authority().intermediate({ moreExtensions }).client({ moreExtensions }),
        changes,
      );
    };
    const explicit = { require_explicit_policy: true };
    itReads("are not asked for by default", null, soundCase);
    itReads("require_explicit_policy asks for one", "policy-missing", () => soundCase(explicit));
    itReads("require_explicit_policy accepts any", null, () => under([gold], explicit));
    itReads("initial_policy_set accepts its own", null, () =>
      under([gold], { ...explicit, initial_policy_set: [gold] }),
    );
    itReads("initial_policy_set refuses others", "policy-missing", () =>
      under([gold], { ...explicit, initial_policy_set: [silver] }),
    );
    itReads("initial_policy_set alone asks for no policy", null, () =>
      under([gold], { initial_policy_set: [silver] }),
    );
    itReads("initial_policy_set may be any policy", null, () =>
      under([gold], { ...explicit, initial_policy_set: [silver, "2.5.29.32.0"] }),
    );
    itReads("inhibit_any_policy takes anyPolicy for none", "policy-missing", () =>
      under(["2.5.29.32.0"], { ...explicit, inhibit_any_policy: true }),
    );
    const mapped = (changes: WrittenCase): WrittenCase => {
      const root = authority();
      const ca = root.intermediate({
        moreExtensions: [
          extensions.certificatePolicies(gold),
          extensions.policyMappings([gold, silver]),
        ],
      });
      const moreExtensions = [extensions.certificatePolicies(silver)];
      return writtenCase(ca.client({ moreExtensions }), { ...explicit, ...changes });
    };
    itReads("mappings count", null, () => mapped({}));
    itReads("inhibit_policy_mapping makes them nothing", "policy-missing", () =>
      mapped({ inhibit_policy_mapping: true }),
    );

    it("expected_user_policy_set is compared as a set", () => {
      const right = under([gold, silver], {
        ...explicit,
        expected_user_policy_set: [silver, gold, gold],
      });
      const { code, report } = conform([right]);
      expect(code).to.equal(0);
      expect(report.cases[0]?.userPolicySet).to.have.members([gold, silver]);
    });

    it("expected_user_policy_set knows any policy", () => {
      const right = under(["2.5.29.32.0"], {
        ...explicit,
        expected_user_policy_set: ["2.5.29.32.0"],
      });
      expect(conform([right])).to.include({ code: 0 });
    });

    it("another expected_user_policy_set is a wrong acceptance", () => {
      const wrong = under([gold, silver], { ...explicit, expected_user_policy_set: [gold] });
      const { code, report, output } = conform([wrong]);
      expect(code).to.equal(1);
      expect(report).to.include({ agreed: 0, wronglyAccepted: 1 });
      expect(output).to.contain(`expected policies {${gold}}, actual {${gold}, ${silver}}`);
    });

    it("expected_user_policy_set says nothing of what is refused", () => {
      const refused = soundCase({
        ...explicit,
        expected_result: "FAILURE",
        expected_user_policy_set: [gold],
      });
      expect(conform([refused])).to.include({ code: 0 });
    });
  });

  describe("weak", () => {
    const sha1 = (changes: WrittenCase): WrittenCase =>
      writtenCase(authority().client({ signatureScheme: "ecdsa-sha1" }), changes);
    const smallKey = (changes: WrittenCase): WrittenCase =>
      writtenCase(authority().client({ keyAlgorithm: "rsa-1024" }), changes);
    itReads("SHA-1 is refused", "signature-algorithm-unsupported", () => sha1({ weak: [] }));
    itReads("SHA-1 is accepted by a label", null, () => sha1({ weak: ["sha1"] }));
    itReads("small keys are refused by other labels", "key-too-weak", () =>
      smallKey({ weak: ["sha1"] }),
    );
    itReads("small keys are accepted by their label", null, () => smallKey({ weak: ["rsa-1024"] }));
  });

  describe("the namespace of the id", () => {
    const withoutKeyIdentifier = (id: string): WrittenCase =>
      writtenCase(authority().client({ extensions: { authorityKeyIdentifier: "absent" } }), { id });
    itReads("made:: is the default profile", null, () => withoutKeyIdentifier("made::case"));
    itReads("rfc5280:: is the strict one", "authority-key-identifier-missing", () =>
      withoutKeyIdentifier("rfc5280::case"),
    );
    const wildcard = (id: string, domain: string): WrittenCase => {
      const name = `*.${domain}`;
      const chain = authority().server({ commonName: name, dnsNames: [name], ipAddresses: [] });
      return writtenCase(chain, {
        id,
        validation_kind: "SERVER",
        expected_peer_name: { kind: "DNS", value: `a.${domain}` },
      });
    };
    itReads("made:: knows no public suffix", null, () => wildcard("made::case", "co.uk"));
    itReads("webpki:: does", "web-pki-alternative-name", () => wildcard("webpki::case", "co.uk"));
    itReads("webpki:: knows the private ones", "web-pki-alternative-name", () =>
      wildcard("webpki::case", "github.io"),
    );
    itReads("webpki:: accepts wildcards below them", null, () =>
      wildcard("webpki::case", "example.co.uk"),
    );
    itReads("a namespace that only begins so is another", null, () =>
      withoutKeyIdentifier("rfc5280-like::case"),
    );
  });

  it("ignores what it does not know, and takes what is optional as absent", () => {
    const { leaf, root } = authority().client();
    const least = {
      id: "made::least",
      validation_kind: "CLIENT",
      trusted_certs: [root.pem],
      peer_certificate: leaf.pem,
      expected_result: "SUCCESS",
      something_new: { nobody: "knows" },
    };
    expect(conform([least])).to.include({ code: 0 });
  });
});
