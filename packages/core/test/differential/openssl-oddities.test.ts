import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { requireOpensslRelease } from "@mtls-shield/testkit";

import type { CertificateRecipe, ChainRecipe } from "./chain-recipe.ts";
import { compare } from "./compare.ts";
import { oddities, oddityNames, type OddityName } from "./oddities.ts";

/**
 * The engine's verdict and OpenSSL's where the root, the intermediate, the client is odd: y where the chain is accepted. Why they
 * differ is in the lists of differences.
 */
const verdicts: Readonly<Record<OddityName, readonly [engine: string, openssl: string]>> = {
  "has expired": ["nnn", "nnn"],
  "expired a second ago": ["nnn", "nnn"],
  "is in its last second": ["yyy", "nnn"],
  "is not valid yet": ["nnn", "nnn"],
  "is valid from now on": ["yyy", "yyy"],
  "is valid from the next second on": ["nnn", "nnn"],
  "names no usages": ["yyy", "yyy"],
  "is for servers": ["nnn", "nnn"],
  "is for clients": ["yyy", "yyy"],
  "is for both": ["yyy", "yyy"],
  "is for anything": ["yyy", "nnn"],
  "is for mail": ["nnn", "nnn"],
  "has no key usage": ["yyy", "yyy"],
  "may sign certificates and more": ["yyy", "yyy"],
  "may sign revocation lists alone": ["nnn", "nnn"],
  "may sign revocation lists too": ["nny", "nny"],
  "may agree on keys": ["nnn", "nny"],
  "may encipher keys": ["nnn", "nnn"],
  "has no basic constraints": ["nny", "yny"],
  "is an authority": ["yyy", "yyy"],
  "is no authority": ["nny", "nny"],
  "has basic constraints that are not critical": ["yyy", "yyy"],
  "allows no intermediate": ["nyy", "nyy"],
  "allows one intermediate": ["yyy", "yyy"],
  "has no key identifiers": ["yyy", "yyy"],
  "has another key identifier": ["yyy", "nny"],
  "names another authority's key": ["yyy", "nnn"],
  "names another authority's certificate": ["yyy", "nnn"],
  "has a critical authority key identifier": ["yyy", "nnn"],
  "has a critical subject key identifier": ["yyy", "nnn"],
  "has an unknown extension": ["yyy", "yyy"],
  "has an unknown critical extension": ["nnn", "nnn"],
  "has a critical issuer alternative name": ["yyy", "nnn"],
  "has critical information access": ["yyy", "nnn"],
  "has information access": ["yyy", "yyy"],
  "says where delta lists are": ["yyy", "yyy"],
  "has critical distribution points": ["yyy", "yyy"],
  "is for servers, says Netscape": ["yyy", "yyn"],
  "has an altered signature": ["ynn", "ynn"],
  "names two signature algorithms": ["ynn", "ynn"],
  "is of version 1": ["yny", "yny"],
  "is of version 2 with extensions": ["nnn", "yyy"],
  "has the serial number zero": ["yyy", "yyy"],
  "has a negative serial number": ["yyy", "yyy"],
  "has a serial number of 21 octets": ["yyy", "yyy"],
  "states an extension twice": ["nnn", "nnn"],
};

describe("verifyChain beside openssl verify, with one oddity at a time", function () {
  this.timeout(60_000);

  let folder = "";
  before(function () {
    requireOpensslRelease(this, "3.0");
    folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  for (const oddity of oddityNames) {
    const [engine, openssl] = verdicts[oddity];
    const agreement =
      engine === openssl ? "agrees with openssl" : "differs from openssl as is known";
    it(`${agreement} when a certificate ${oddity}`, async () => {
      const compared = await Promise.all(
        [0, 1, 2].map((place) => compare(folder, oddAt(place, oddity))),
      );
      expect(compared.flatMap(({ unknown }) => unknown)).to.deep.equal([]);
      const letters = (whoever: string) =>
        compared
          .map(({ outcome }) => (outcome === "both accept" || outcome === whoever ? "y" : "n"))
          .join("");
      expect([letters("engine accepts"), letters("openssl accepts")]).to.deep.equal([
        engine,
        openssl,
      ]);
    });
  }

  it("knows a verdict for every oddity", () => {
    expect(Object.keys(verdicts)).to.have.members(Object.keys(oddities));
  });
});

/** A root, an intermediate and a client, one of which is odd. */
function oddAt(place: number, oddity: OddityName): ChainRecipe {
  const certificates = [0, 1, 2].map((at): CertificateRecipe => {
    const usual: readonly OddityName[] = at === 2 ? ["is for clients"] : [];
    return {
      key: "ecdsa-p256",
      subject: `O=Example/CN=${at}`,
      oddities: at === place ? [...usual, oddity] : usual,
    };
  });
  return {
    certificates,
    anchor: 0,
    extras: [],
    question: { purpose: "client", isStrict: false },
  };
}
