import { expect } from "chai";

import { authority, soundChain, type IssuedChain } from "@mtls-shield/testkit";

import { readLegacyAlgorithms } from "../../src/path/legacy-algorithms.ts";
import { legacyAlgorithms, noLegacy, type LegacyAlgorithm } from "../../src/x509/signature.ts";
import { configErrorOf } from "../config-error-of.ts";
import { judgeChain, placeOf } from "./judge-chain.ts";

describe("readLegacyAlgorithms", () => {
  it("accepts none by default", () => {
    expect(readLegacyAlgorithms(undefined, "legacyAlgorithms")).to.equal(noLegacy);
    expect(noLegacy.size).to.equal(0);
    expect(readLegacyAlgorithms([], "legacyAlgorithms").size).to.equal(0);
  });

  it("accepts those that are named", () => {
    for (const name of legacyAlgorithms) {
      expect([...readLegacyAlgorithms([name], "legacyAlgorithms")]).to.deep.equal([name]);
    }
    expect(readLegacyAlgorithms(["sha1", "md5", "sha1"], "x")).to.deep.equal(
      new Set(["sha1", "md5"]),
    );
  });

  for (const [input, option, problem] of [
    ["sha1", "legacyAlgorithms", /is not a list\. Write \["sha1"\], or leave it out\.$/],
    [null, "legacyAlgorithms", /is not a list/],
    [new Set(["sha1"]), "legacyAlgorithms", /is not a list/],
    [["sha1", "SHA1"], "legacyAlgorithms[1]", /"SHA1" is not one of its values/],
    [["rsa-512"], "legacyAlgorithms[0]", /Write "md5" or "sha1" or "rsa-1024"\.$/],
    [[undefined], "legacyAlgorithms[0]", /null is not one of its values/],
    [[["sha1"]], "legacyAlgorithms[0]", /is not one of its values/],
  ] as const) {
    it(`refuses ${JSON.stringify(input)}`, () => {
      const error = configErrorOf(() => readLegacyAlgorithms(input, "legacyAlgorithms"));
      expect(error.option).to.equal(option);
      expect(error.message).to.match(problem);
    });
  }
});

describe("legacyAlgorithms of verifyChain", function () {
  this.timeout(60_000);
  const rsa = authority({ keyAlgorithm: "rsa-2048" });
  const weakRsa = authority({ keyAlgorithm: "rsa-2048" }).intermediate({
    keyAlgorithm: "rsa-1024",
  });
  const unsupported = "signature-algorithm-unsupported at";

  for (const [what, chain, needed, refusal] of [
    [
      "ECDSA over SHA-1",
      authority().client({ signatureScheme: "ecdsa-sha1" }),
      "sha1",
      `${unsupported} 0`,
    ],
    ["RSA over SHA-1", rsa.client({ signatureScheme: "rsa-sha1" }), "sha1", `${unsupported} 0`],
    [
      "RSASSA-PSS with its SHA-1 defaults",
      rsa.client({ signatureScheme: "rsa-pss-sha1" }),
      "sha1",
      `${unsupported} 0`,
    ],
    ["RSA over MD5", rsa.client({ signatureScheme: "rsa-md5" }), "md5", `${unsupported} 0`],
    [
      "an intermediate over SHA-1",
      authority().intermediate({ signatureScheme: "ecdsa-sha1" }).client(),
      "sha1",
      `${unsupported} 1`,
    ],
    [
      "an RSA key of 1024 bits in the leaf",
      authority().client({ keyAlgorithm: "rsa-1024" }),
      "rsa-1024",
      "key-too-weak at 0",
    ],
    [
      "an RSA key of 1024 bits in an intermediate",
      weakRsa.client(),
      "rsa-1024",
      "key-too-weak at 1",
    ],
    [
      "an RSA key of 1024 bits in the anchor",
      authority({ keyAlgorithm: "rsa-1024" }).client(),
      "rsa-1024",
      "key-too-weak at 1",
    ],
  ] as readonly (readonly [string, IssuedChain, LegacyAlgorithm, string])[]) {
    it(`accept ${what} where ${needed} is named, and only there`, () => {
      expect(placeOf(judgeChain(chain))).to.equal(refusal);
      for (const name of legacyAlgorithms) {
        expect(placeOf(judgeChain(chain, { legacyAlgorithms: [name] })), name).to.equal(
          name === needed ? "verified" : refusal,
        );
      }
    });
  }

  it("do not add up: SHA-1 by a key of 1024 bits needs both", () => {
    const chain = weakRsa.client({ signatureScheme: "rsa-sha1" });
    expect(placeOf(judgeChain(chain, { legacyAlgorithms: ["sha1"] }))).to.equal(
      "key-too-weak at 1",
    );
    expect(placeOf(judgeChain(chain, { legacyAlgorithms: ["rsa-1024"] }))).to.equal(
      `${unsupported} 0`,
    );
    expect(placeOf(judgeChain(chain, { legacyAlgorithms: ["sha1", "rsa-1024"] }))).to.equal(
      "verified",
    );
  });

  it("make no forged signature a valid one", () => {
    const forged = rsa.client({
      signatureScheme: "rsa-md5",
      raw: (sound) => ({ ...sound, alterSignature: (signature) => signature.fill(1) }),
    });
    expect(placeOf(judgeChain(forged, { legacyAlgorithms: ["md5"] }))).to.equal(
      "signature-invalid at 0",
    );
  });

  it("change nothing for certificates that need none", () => {
    expect(placeOf(judgeChain(soundChain(), { legacyAlgorithms }))).to.equal("verified");
  });
});
