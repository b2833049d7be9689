import { expect } from "chai";

import {
  createAuthority,
  type CertificateAuthority,
  type CrlOptions,
  type IssuedCertificate,
  type RevocationList,
  type RevocationReason,
} from "@mtls-shield/pki";
import { fakeClock, requireTool, runOpenssl } from "@mtls-shield/testkit";

import { keyAlgorithms } from "./key-algorithms.ts";
import { thrownBy } from "./thrown-by.ts";

const partA = "http://pki.example/a.crl";
const partB = "http://pki.example/b.crl";

/** What openssl reads, one space between words. */
function textOf(list: RevocationList): string {
  const { status, stdout } = runOpenssl(["crl", "-noout", "-text", "-in", "list.pem"], {
    files: { "list.pem": list.pem },
  });
  expect(status).to.equal(0);
  return stdout.toString().replaceAll(/\s+/g, " ");
}

/** The serial numbers on a list, in order, as openssl reads them. */
function entriesOf(list: RevocationList): string[] {
  return [...textOf(list).matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, hex = ""]) =>
    hex.toLowerCase(),
  );
}

function verify(list: RevocationList, signerPem: string): string {
  return runOpenssl(
    ["crl", "-inform", "DER", "-noout", "-verify", "-in", "list.der", "-CAfile", "ca.pem"],
    { files: { "list.der": list.der, "ca.pem": signerPem } },
  ).stderr.trim();
}

/** What `openssl verify` says of a leaf with lists at hand. */
function check(
  authority: CertificateAuthority,
  leaf: IssuedCertificate,
  lists: { readonly lists: readonly RevocationList[]; readonly flags: readonly string[] },
) {
  const { status, stderr } = runOpenssl(
    [
      ...["verify", "-x509_strict", ...lists.flags, "-CAfile", "ca.pem"],
      ...["-CRLfile", "lists.pem", "leaf.pem"],
    ],
    {
      files: {
        "ca.pem": authority.trustPem,
        "lists.pem": lists.lists.map(({ pem }) => pem).join(""),
        "leaf.pem": leaf.pem,
      },
    },
  );
  return { accepted: status === 0, why: /error \d+ at \d depth lookup: (.*)/.exec(stderr)?.[1] };
}

describe("a revocation list", () => {
  before(function () {
    requireTool(this, "openssl");
  });

  for (const keyAlgorithm of keyAlgorithms) {
    it(`has a signature of an ${keyAlgorithm} key that openssl verifies`, async () => {
      const root = await createAuthority({ keyAlgorithm });
      root.revoke(await root.issueClient());
      expect(verify(await root.createCrl(), root.trustPem)).to.equal("verify OK");
    });
  }

  it("makes openssl refuse what is revoked and accept the rest", async () => {
    const root = await createAuthority();
    const [good, bad] = [await root.issueClient(), await root.issueServer()];
    root.revoke(bad);
    const situation = { lists: [await root.createCrl()], flags: ["-crl_check"] };
    expect(check(root, good, situation)).to.deep.include({ accepted: true });
    expect(check(root, bad, situation)).to.deep.equal({
      accepted: false,
      why: "certificate revoked",
    });
  });

  it("of a root covers its intermediates, whose clients are on their own list", async () => {
    const root = await createAuthority();
    const devices = await root.createIntermediate();
    const client = await devices.issueClient();
    root.revoke(devices.certificate);
    devices.revoke(client);
    expect(entriesOf(await root.createCrl())).to.deep.equal([devices.certificate.serialNumber]);
    const list = await devices.createCrl();
    expect(entriesOf(list)).to.deep.equal([client.serialNumber]);
    expect(verify(list, devices.certificate.pem)).to.equal("verify OK");
  });

  it("says who, when and why", async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    const root = await createAuthority({ clock, subject: { commonName: "Corp" } });
    root.revoke(
      { serialNumber: "8f" },
      { reason: "keyCompromise", invalidityDate: Date.UTC(2025, 11, 24) },
    );
    root.revoke({ serialNumber: "10" });
    const list = await root.createCrl();
    const text = textOf(list);
    expect(text).to.contain("Version 2 (0x1)");
    expect(text).to.contain("Issuer: CN = Corp Last Update: Jan 2 03:04:05 2026 GMT");
    expect(text).to.contain("Next Update: Jan 3 03:04:05 2026 GMT");
    expect(text).to.contain("X509v3 CRL Number: 1");
    expect(text).to.match(/X509v3 Authority Key Identifier: (keyid:)?[0-9A-F]{2}:/);
    expect(text).to.match(
      /Serial Number: 8F Revocation Date: Jan 2 03:04:05 2026 GMT .*Key Compromise .*Invalidity Date: Dec 24 00:00:00 2025 GMT/,
    );
    // RFC 5280 5.3.1: unspecified is left out.
    expect(text).to.match(/Serial Number: 10 Revocation Date: Jan 2 03:04:05 2026 GMT Signature/);
    expect(list).to.include({
      number: 1,
      deltaFrom: undefined,
      thisUpdate: Date.UTC(2026, 0, 2, 3, 4, 5),
      nextUpdate: Date.UTC(2026, 0, 3, 3, 4, 5),
      entryCount: 2,
    });
    expect(list).to.be.frozen;
  });

  it("without entries is a list all the same", async () => {
    const root = await createAuthority();
    const list = await root.createCrl();
    expect(textOf(list)).to.contain("No Revoked Certificates.");
    expect(verify(list, root.trustPem)).to.equal("verify OK");
  });

  it("names every reason as openssl names it", async () => {
    const root = await createAuthority();
    const reasons: Readonly<Record<Exclude<RevocationReason, "unspecified">, string>> = {
      keyCompromise: "Key Compromise",
      cACompromise: "CA Compromise",
      affiliationChanged: "Affiliation Changed",
      superseded: "Superseded",
      cessationOfOperation: "Cessation Of Operation",
      certificateHold: "Certificate Hold",
      privilegeWithdrawn: "Privilege Withdrawn",
      aACompromise: "AA Compromise",
    };
    for (const [index, reason] of Object.keys(reasons).entries()) {
      root.revoke({ serialNumber: `${10 + index}` }, { reason: reason as RevocationReason });
    }
    const onlyReasons = Object.keys(reasons) as RevocationReason[];
    const text = textOf(await root.createCrl({ onlyReasons }));
    for (const name of Object.values(reasons)) {
      expect(text).to.contain(`X509v3 CRL Reason Code: ${name}`);
      expect(/Only Some Reasons: (.*?) Revoked/.exec(text)?.[1]).to.contain(name);
    }
  });

  it("holds as long as it is told, before and after 2050", async () => {
    const root = await createAuthority({ clock: fakeClock(Date.UTC(2049, 11, 31)) });
    const thisUpdate = new Date("2049-12-31T23:59:59Z");
    const nextUpdate = Date.UTC(2050, 0, 1);
    const text = textOf(await root.createCrl({ thisUpdate, nextUpdate }));
    expect(text).to.contain("Last Update: Dec 31 23:59:59 2049 GMT");
    expect(text).to.contain("Next Update: Jan 1 00:00:00 2050 GMT");
    const short = await root.createCrl({ validityMs: 90_000 });
    expect(short.nextUpdate - short.thisUpdate).to.equal(90_000);
  });

  it("has a number that only rises", async () => {
    const root = await createAuthority();
    const numbers = [];
    for (const number of [undefined, undefined, 4_000_000_000, 4_000_000_000, undefined]) {
      numbers.push((await root.createCrl(number === undefined ? {} : { number })).number);
    }
    expect(numbers).to.deep.equal([1, 2, 4e9, 4e9, 4e9 + 1]);
    root.revoke({ serialNumber: "11" });
    const same = await thrownBy(() => root.createCrl({ number: 4e9 + 1 }));
    expect(same.message).to.contain("before the last change");
    for (const number of [4e9, -1, 1.5, Number.NaN, 2 ** 60]) {
      expect((await thrownBy(() => root.createCrl({ number }))).option).to.equal("number");
    }
  });

  it("keeps its number for the next one when an option is refused", async () => {
    const root = await createAuthority();
    await thrownBy(() => root.createCrl({ validityMs: -1 }));
    expect((await root.createCrl()).number).to.equal(1);
  });

  it("holds 200,000 entries within seconds", async function () {
    this.timeout(30_000);
    const root = await createAuthority();
    for (let index = 0; index < 200_000; index += 1) {
      root.revoke({ serialNumber: (0x4000000 + index).toString(16) }, { reason: "superseded" });
    }
    const startMs = performance.now();
    const list = await root.createCrl();
    expect(performance.now() - startMs).to.be.below(15_000);
    expect(list.entryCount).to.equal(200_000);
    expect(verify(list, root.trustPem)).to.equal("verify OK");
  });

  for (const [options, option] of [
    [{ validityMs: 1_000, nextUpdate: Date.now() + 60_000 }, "validityMs"],
    [{ validityMs: 0 }, "validityMs"],
    [{ validityMs: Number.NaN }, "validityMs"],
    [{ nextUpdate: 0 }, "nextUpdate"],
    [{ thisUpdate: Number.POSITIVE_INFINITY }, "thisUpdate"],
    [{ distributionPoint: "not a url" }, "distributionPoint"],
    [{ distributionPoint: "http://[" }, "distributionPoint"],
    [{ only: "clients" as "users" }, "only"],
    [{ onlyReasons: [] }, "onlyReasons"],
    [{ onlyReasons: "keyCompromise" as never }, "onlyReasons"],
    [{ onlyReasons: ["unspecified"] }, "onlyReasons"],
    [{ onlyReasons: ["toString" as RevocationReason] }, "onlyReasons"],
    [{ deltaFrom: 0 }, "deltaFrom"],
    [{ deltaFrom: 1.5 }, "deltaFrom"],
    [{ deltaFrom: 7 }, "deltaFrom"],
    [{ deltaFrom: 1, freshestCrl: partA }, "freshestCrl"],
    [{ valdityMs: 1 } as CrlOptions, "valdityMs"],
  ] as const satisfies readonly (readonly [CrlOptions, string])[]) {
    it(`is refused with ${JSON.stringify(options)}`, async () => {
      const root = await createAuthority();
      await root.createCrl();
      expect((await thrownBy(() => root.createCrl(options))).option).to.equal(option);
    });
  }
});

describe("a delta list", () => {
  before(function () {
    requireTool(this, "openssl");
  });

  it("holds what changed since its base, and takes back what is no longer on hold", async () => {
    const root = await createAuthority();
    root.revoke({ serialNumber: "21" });
    root.revoke({ serialNumber: "22" }, { reason: "certificateHold" });
    const base = await root.createCrl();
    root.revoke({ serialNumber: "23" }, { reason: "keyCompromise" });
    root.restore({ serialNumber: "22" });
    const delta = await root.createCrl({ deltaFrom: base.number });
    const text = textOf(delta);
    expect(text).to.contain("X509v3 Delta CRL Indicator: critical 1");
    expect(text).to.contain("X509v3 CRL Number: 2");
    expect(text).to.match(
      /Serial Number: 22 .*Remove From CRL .*Serial Number: 23 .*Key Compromise/,
    );
    expect(entriesOf(delta)).to.deep.equal(["22", "23"]);
    expect(verify(delta, root.trustPem)).to.equal("verify OK");
    // The complete list of the same number says the same (RFC 5280 5.2.3).
    const complete = await root.createCrl({ number: delta.number });
    expect(entriesOf(complete)).to.deep.equal(["21", "23"]);
  });

  it("takes back a hold that came and went since its base (RFC 5280 5.2.4)", async () => {
    const root = await createAuthority();
    const base = await root.createCrl();
    root.revoke({ serialNumber: "22" }, { reason: "certificateHold" });
    await root.createCrl({ deltaFrom: base.number });
    root.restore({ serialNumber: "22" });
    const later = await root.createCrl({ deltaFrom: base.number });
    expect(textOf(later)).to.contain("Remove From CRL");
    root.revoke({ serialNumber: "22" }, { reason: "superseded" });
    const last = await root.createCrl({ deltaFrom: base.number });
    expect(textOf(last)).to.contain("Superseded").and.not.contain("Remove From CRL");
  });

  it("makes openssl refuse what its base does not know of", async () => {
    const root = await createAuthority();
    const options = {
      crlDistributionPoints: [partA],
      freshestCrls: ["http://pki.example/delta.crl"],
    };
    const [good, bad] = [await root.issueClient(options), await root.issueClient(options)];
    const base = await root.createCrl({ freshestCrl: "http://pki.example/delta.crl" });
    expect(textOf(base)).to.contain("X509v3 Freshest CRL: Full Name: URI:http://pki.example/delta");
    root.revoke(bad);
    const delta = await root.createCrl({ deltaFrom: base.number });
    const without = { lists: [base], flags: ["-crl_check"] };
    const withDelta = { lists: [base, delta], flags: ["-crl_check", "-use_deltas"] };
    expect(check(root, bad, without).accepted).to.equal(true);
    expect(check(root, bad, withDelta).why).to.equal("certificate revoked");
    expect(check(root, good, withDelta).accepted).to.equal(true);
  });
});

describe("a partitioned list", () => {
  before(function () {
    requireTool(this, "openssl");
  });

  it("leaves out what was issued into other parts, and nothing else", async () => {
    const root = await createAuthority();
    const inA = await root.issueClient({ crlDistributionPoints: [partA] });
    const inB = await root.issueClient({ crlDistributionPoints: [partB] });
    const inBoth = await root.issueClient({ crlDistributionPoints: [partB, partA] });
    const inNone = await root.issueClient();
    for (const certificate of [inA, inB, inBoth, inNone]) root.revoke(certificate);
    root.revoke({ serialNumber: "31" });
    const list = await root.createCrl({ distributionPoint: partA });
    expect(entriesOf(list)).to.deep.equal([
      inA.serialNumber,
      inBoth.serialNumber,
      inNone.serialNumber,
      "31",
    ]);
    expect(textOf(list)).to.contain(
      `X509v3 Issuing Distribution Point: critical Full Name: URI:${partA}`,
    );
    const situation = {
      lists: [list, await root.createCrl({ distributionPoint: partB })],
      flags: ["-crl_check", "-extended_crl"],
    };
    for (const certificate of [inA, inB, inBoth]) {
      expect(check(root, certificate, situation).why).to.equal("certificate revoked");
    }
    const other = await root.issueClient({ crlDistributionPoints: ["http://pki.example/c.crl"] });
    expect(check(root, other, situation).why).to.equal("different CRL scope");
  });

  it("covers users or authorities alone", async () => {
    const root = await createAuthority();
    const user = await root.issueServer();
    const { certificate } = await root.createIntermediate({ crlDistributionPoints: [partA] });
    root.revoke(user);
    root.revoke(certificate);
    const users = await root.createCrl({ only: "users" });
    const authorities = await root.createCrl({ only: "authorities" });
    const attributes = await root.createCrl({ only: "attributes" });
    expect(entriesOf(users)).to.deep.equal([user.serialNumber]);
    expect(entriesOf(authorities)).to.deep.equal([certificate.serialNumber]);
    expect(entriesOf(attributes)).to.deep.equal([]);
    expect(textOf(users)).to.contain("critical Only User Certificates");
    expect(textOf(authorities)).to.contain("critical Only CA Certificates");
    expect(textOf(attributes)).to.contain("critical Only Attribute Certificates");
  });

  it("covers some reasons alone", async () => {
    const root = await createAuthority();
    root.revoke({ serialNumber: "41" }, { reason: "keyCompromise" });
    root.revoke({ serialNumber: "42" }, { reason: "superseded" });
    root.revoke({ serialNumber: "43" });
    const list = await root.createCrl({ onlyReasons: ["keyCompromise", "aACompromise"] });
    expect(entriesOf(list)).to.deep.equal(["41"]);
    expect(textOf(list)).to.contain("critical Only Some Reasons: Key Compromise, AA Compromise");
  });
});

describe("an indirect list", () => {
  before(function () {
    requireTool(this, "openssl");
  });

  it("is signed by who may sign lists alone, and names the issuer of its entries", async () => {
    const root = await createAuthority({ subject: { commonName: "Corp" } });
    const signer = await root.issueCrlSigner();
    const options = { crlDistributionPoints: [partA], crlIssuer: signer };
    const [good, bad] = [await root.issueClient(options), await root.issueClient(options)];
    root.revoke(bad);
    root.revoke({ serialNumber: "51" });
    const list = await root.createCrl({ signer, distributionPoint: partA });
    const text = textOf(list);
    expect(text).to.contain("Issuer: CN = CRL signer");
    expect(text).to.contain("Indirect CRL");
    expect(text).to.match(/Certificate Issuer: critical DirName:.{0,4}CN ?= ?Corp/);
    expect(text.match(/Certificate Issuer/g)).to.have.length(1);
    expect(verify(list, signer.pem)).to.equal("verify OK");
    const empty = await (await createAuthority()).createCrl({ only: "users" });
    expect(empty.entryCount).to.equal(0);
    const verdict = (leaf: IssuedCertificate) =>
      runOpenssl(
        [
          ...["verify", "-crl_check", "-extended_crl", "-CAfile", "ca.pem"],
          ...["-untrusted", "signer.pem", "-CRLfile", "list.pem", "leaf.pem"],
        ],
        {
          files: {
            "ca.pem": root.trustPem,
            "signer.pem": signer.pem,
            "list.pem": list.pem,
            "leaf.pem": leaf.pem,
          },
        },
      );
    expect(verdict(good).status).to.equal(0);
    expect(verdict(bad).stderr).to.contain("certificate revoked");
  });

  it("is refused from who may not sign lists", async () => {
    const root = await createAuthority();
    const signer = await root.issueOcspResponder();
    expect((await thrownBy(() => root.createCrl({ signer }))).option).to.equal("signer");
  });
});
