import { randomBytes } from "node:crypto";

import { expect } from "chai";

import {
  authority,
  der,
  fakeClock,
  signatureScheme,
  type TestAuthority,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { bestCpuMs } from "../cpu-time.ts";
import { outcomeOf, verify, verifyIssued } from "./verify.ts";

const clock = fakeClock(Date.UTC(2030, 5, 15));
const now = clock();
const hourMs = 3_600_000;

const rsaSha256 = signatureScheme("rsa-sha256").algorithm;

/** An RSA key of this size: a random odd modulus, since nobody has to sign with it. */
function rsaKeyOf(bits: number): Uint8Array {
  const modulus = (1n << BigInt(bits - 1)) | BigInt(`0x${randomBytes(64).toString("hex")}`) | 1n;
  return der.sequence(
    der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue()),
    der.bitString(der.sequence(der.integer(modulus), der.integer(65_537))),
  );
}

describe("a search among hundreds of authorities of one name", () => {
  it("gives up in a tenth of a second", function () {
    this.timeout(30_000);
    const names = Array.from({ length: 400 }, () => authority({ commonName: "One Name" }));
    const chain = [
      names[0]!.client().leaf,
      ...names.slice(1).map(({ certificate }) => certificate),
    ];
    const anchors = [authority({ commonName: "One Name" }).certificate];
    const judge = () => verify(chain, { anchors });
    expect(outcomeOf(judge())).to.equal("path-search-limit");
    // As much again for reading the four hundred, which is part of it here.
    expect(bestCpuMs(judge)).to.be.below(200);
  });
});

describe("verifyClient, limits", () => {
  function chainOfDepth(intermediates: number) {
    let issuing = authority();
    for (let level = 0; level < intermediates; level++) issuing = issuing.intermediate();
    return issuing.client();
  }

  it("allow as many intermediates as pathDepth says, and not one more", () => {
    const limits = { pathDepth: 3 };
    expect(outcomeOf(verifyIssued(chainOfDepth(3), { limits }))).to.equal("verified");
    expect(outcomeOf(verifyIssued(chainOfDepth(4), { limits }))).to.equal("path-too-deep");
  });

  it("leave room for eight intermediates by default", () => {
    expect(outcomeOf(verifyIssued(chainOfDepth(8)))).to.equal("verified");
    expect(outcomeOf(verifyIssued(chainOfDepth(9)))).to.equal("path-too-deep");
  });

  it("end the search when the signature checks are spent", () => {
    const verification = verifyIssued(chainOfDepth(3), { limits: { signatureChecks: 3 } });
    expect(outcomeOf(verification)).to.equal("path-search-limit");
    expect(outcomeOf(verifyIssued(chainOfDepth(3), { limits: { signatureChecks: 4 } }))).to.equal(
      "verified",
    );
  });

  it("end the search when the paths are spent", () => {
    const decoys = Array.from({ length: 3 }, () => authority().certificate);
    const right = authority();
    const { leaf } = right.client({ extensions: { authorityKeyIdentifier: "absent" } });
    const trust = { anchors: [...decoys, right.certificate] };
    expect(outcomeOf(verify([leaf], trust, { limits: { paths: 3 } }))).to.equal(
      "path-search-limit",
    );
    expect(outcomeOf(verify([leaf], trust, { limits: { paths: 4 } }))).to.equal("verified");
  });

  it("check no signature of a path that fails for free", () => {
    const issued = authority({ clock })
      .intermediate()
      .client({ notAfter: now - hourMs });
    const verification = verifyIssued(issued, { now, limits: { signatureChecks: 1 } });
    expect(outcomeOf(verification)).to.equal("certificate-expired");
  });
});

describe("verifyClient, certificates made to be expensive", function () {
  this.timeout(60_000);
  const maximumMs = 300;

  /** Ten authorities that have certified each other, each with its own name. */
  function mesh(): {
    readonly authorities: readonly TestAuthority[];
    readonly crossed: readonly TestCertificate[];
  } {
    const authorities = Array.from({ length: 10 }, (_, index) =>
      authority({ commonName: `Mesh ${index}` }),
    );
    const crossed = authorities.flatMap((issuer) =>
      authorities
        .filter((subject) => subject !== issuer)
        .map(({ certificate }, index) => {
          const commonName = `Mesh ${index >= authorities.indexOf(issuer) ? index + 1 : index}`;
          return issuer.intermediate({ commonName, keyPair: certificate }).certificate;
        }),
    );
    return { authorities, crossed };
  }

  it("cost little in a mesh of ten cross-signed authorities without a trusted root", () => {
    const { authorities, crossed } = mesh();
    const chain = [authorities[0]!.client().leaf, ...crossed];
    const outsider = authority({ commonName: "Outsider" }).certificate;
    let outcome = "";
    const spent = bestCpuMs(() => {
      outcome = outcomeOf(verify(chain, { anchors: [outsider] }));
    });
    expect(outcome).to.equal("issuer-unknown");
    expect(spent).to.be.lessThan(maximumMs);
  });

  it("cost little in a mesh whose way out is forged", () => {
    const { authorities, crossed } = mesh();
    const chain = [authorities[0]!.client().leaf, ...crossed];
    const impostor = authority({ commonName: "Mesh 9" }).certificate;
    let outcome = "";
    const spent = bestCpuMs(() => {
      outcome = outcomeOf(verify(chain, { anchors: [impostor] }));
    });
    expect(outcome).to.equal("issuer-unknown");
    expect(spent).to.be.lessThan(maximumMs);
  });

  it("do not hide the way out of a mesh of intermediates that the operator listed", () => {
    const { authorities, crossed } = mesh();
    const { leaf } = authorities[0]!.client();
    const anchors = [authorities[9]!.certificate];
    expect(outcomeOf(verify([leaf], { anchors, intermediates: crossed }))).to.equal("verified");
  });

  it("cost little when nine authorities of one name could each have signed all others", () => {
    const names = Array.from({ length: 9 }, () => authority({ commonName: "One Name" }));
    const anchor = authority({ commonName: "One Name" }).certificate;
    const [first, ...others] = names;
    const chain = [
      first!.client().leaf,
      ...[first!, ...others].map(({ certificate }) => certificate),
    ];
    let outcome = "";
    const spent = bestCpuMs(() => {
      outcome = outcomeOf(verify(chain, { anchors: [anchor] }));
    });
    expect(outcome).to.equal("issuer-unknown");
    expect(spent).to.be.lessThan(maximumMs);
  });

  it("cost little when their names are long and differ only in case", () => {
    const spell = (index: number) =>
      Array.from({ length: 12_000 }, (_, at) => (at % 10 === index ? "X" : "x")).join("");
    const names = Array.from({ length: 9 }, (_, index) => authority({ commonName: spell(index) }));
    const anchor = authority({ commonName: `${spell(9)} ` }).certificate;
    const chain = [names[0]!.client().leaf, ...names.map(({ certificate }) => certificate)];
    let outcome = "";
    const spent = bestCpuMs(() => {
      outcome = outcomeOf(verify(chain, { anchors: [anchor] }));
    });
    expect(outcome).to.equal("issuer-unknown");
    expect(spent).to.be.lessThan(maximumMs);
  });

  it("cost little when RSA keys are as large as they may be, and none when they are larger", () => {
    const keyOf = (bits: number) => ({
      raw: (sound: TestCertificate["parts"]) => ({
        ...sound,
        subjectPublicKeyInfo: rsaKeyOf(bits),
      }),
    });
    for (const [bits, expected] of [
      [8_192, "signature-invalid"],
      [8_193, "key-too-weak"],
      [16_384, "key-too-weak"],
    ] as const) {
      const issuing = authority().intermediate(keyOf(bits));
      const issued = issuing.client({
        raw: (sound) => ({
          ...sound,
          innerSignatureAlgorithm: rsaSha256,
          sign: () => new Uint8Array(bits / 8).fill(1),
        }),
      });
      let outcome = "";
      const spent = bestCpuMs(() => {
        outcome = outcomeOf(verifyIssued(issued));
      });
      expect([bits, outcome]).to.deep.equal([bits, expected]);
      expect(spent).to.be.lessThan(50);
    }
  });
});
