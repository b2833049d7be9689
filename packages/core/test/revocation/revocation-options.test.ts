import { join } from "node:path";

import { authority, certificateList, fakeTimers } from "@mtls-shield/testkit";
import { expect } from "chai";

import { createDenyList } from "../../src/revocation/deny-list/deny-list.ts";
import {
  readRevocation,
  type RevocationSettings,
} from "../../src/revocation/revocation-options.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { configErrorOf } from "../config-error-of.ts";
import { inFolder } from "../temporary-folder.ts";

const timers = fakeTimers(Date.UTC(2030, 0, 1));
const surroundings = { clock: timers.clock, timers };
const root = authority();
const crl = certificateList(root.certificate).der;
const ocsp = "http://ocsp.example";

function read(input: unknown): RevocationSettings {
  return readRevocation(input, "revocation", surroundings);
}

function errorOf(input: unknown) {
  return configErrorOf(() => read(input));
}

describe("readRevocation", () => {
  it("needs to know somebody who could tell, and no more", () => {
    const { listOrigins, ...settings } = read({ crl });
    expect(listOrigins.map(({ type }) => type)).to.deep.equal(["inline"]);
    expect(settings).to.deep.equal({
      mode: "hard",
      listSigners: [],
      maxListBytes: 100_000_000,
      asksResponders: false,
      responders: [],
      responderSigners: [],
      nonce: "send",
      certificateIdHash: "sha1",
      maxAgeMs: 300_000,
      denyLists: [],
      ownDenyLists: [],
      first: "crl",
      covers: "chain",
      noRevAvail: false,
      shortLivedMs: 0,
      timeoutMs: 2_000,
      toleranceMs: 0,
      refreshMs: 3_600_000,
      certificateAddresses: undefined,
      store: undefined,
      hasSources: true,
    });
    expect(Object.isFrozen(read({ crl }))).to.equal(true);
  });

  it("reads every option", () => {
    const store = new MemoryStore();
    const denied = createDenyList();
    const settings = read({
      mode: "soft",
      crl: { from: crl, signers: root.certificate.pem, maxBytes: 1_000 },
      ocsp: {
        responders: [ocsp, "https://second.example/a"],
        signers: root.certificate.der,
        nonce: "require",
        certificateIdHash: "sha256",
        maxAgeMs: 1,
      },
      denied,
      first: "ocsp",
      covers: "leaf",
      noRevAvail: true,
      shortLivedMs: 86_400_000,
      timeoutMs: 1,
      toleranceMs: 5,
      refreshMs: 1_000,
      certificateAddresses: { hosts: ["crl.example"], networks: ["10.1.0.0/16"] },
      store,
    });
    expect(settings).to.deep.include({
      mode: "soft",
      maxListBytes: 1_000,
      asksResponders: true,
      nonce: "require",
      certificateIdHash: "sha256",
      maxAgeMs: 1,
      denyLists: [denied],
      ownDenyLists: [],
      first: "ocsp",
      covers: "leaf",
      noRevAvail: true,
      shortLivedMs: 86_400_000,
      timeoutMs: 1,
      toleranceMs: 5,
      refreshMs: 1_000,
      store,
    });
    expect(settings.listSigners).to.have.length(1);
    expect(settings.responderSigners).to.have.length(1);
    expect(settings.responders.map(({ url }) => url.href)).to.deep.equal([
      "http://ocsp.example/",
      "https://second.example/a",
    ]);
    expect(settings.certificateAddresses?.admits("10.1.2.3")).to.equal(true);
  });

  it("lets a responder redirect to another that the operator named, and to nobody else", () => {
    const [{ policy } = expect.fail()] = read({ ocsp: [ocsp, "http://b.example"] }).responders;
    expect(policy.problemOf(new URL("http://b.example/moved"))).to.equal(undefined);
    expect(policy.problemOf(new URL("http://c.example/"))).to.be.a("string");
  });

  it("takes one responder by its address", () => {
    expect(read({ ocsp }).responders.map(({ url }) => url.href)).to.deep.equal([`${ocsp}/`]);
  });

  it("asks responders that certificates name where their hosts are allowed", () => {
    const certificateAddresses = { hosts: ["ocsp.example"] };
    for (const input of [{ certificateAddresses }, { ocsp: {}, certificateAddresses }]) {
      expect(read(input)).to.include({ hasSources: true });
    }
    expect(read({ ocsp: {}, certificateAddresses }).asksResponders).to.equal(true);
  });

  it("makes own lists of files, and knows which of them it has to close", () => {
    inFolder({ "denied.json": '{ "denied": [] }' }, (folder) => {
      const file = join(folder, "denied.json");
      const given = createDenyList();
      const { denyLists, ownDenyLists, hasSources } = read({ denied: [given, file] });
      expect(denyLists.map(({ source }) => source)).to.deep.equal(["memory", `file ${file}`]);
      expect(ownDenyLists).to.deep.equal([denyLists[1]]);
      expect(hasSources).to.equal(false);
      const alone = read({ denied: file });
      expect(alone.ownDenyLists).to.deep.equal(alone.denyLists);
      expect(timers.pauses).to.have.length(2);
      for (const list of [...ownDenyLists, ...alone.ownDenyLists]) list.close();
      expect(timers.pauses).to.have.length(0);
    });
  });

  const denied = createDenyList();
  for (const [what, input, option, message] of [
    ["what is no object", "ca.crl", "revocation", /is not an object\. Write \{ crl: "ca\.crl" \}/],
    ["true", true, "revocation", /is not an object/],
    ["nothing", undefined, "revocation", /is not an object/],
    ["no source at all", {}, "revocation", /names nothing that could tell .* Add `crl`, `ocsp`/],
    ["a mode alone", { mode: "off" }, "revocation", /names nothing that could tell/],
    ["a misspelt option", { crls: crl }, "revocation.crls", /Did you mean "crl"\?/],
    ["another one", { onUnknow: 1 }, "revocation.onUnknow", /The options are: mode, crl/],
    [
      "an option that got lost",
      { crl: undefined },
      "revocation.crl",
      /is undefined\. Leave it out/,
    ],
    [
      "a mode of another name",
      { crl, mode: "strict" },
      "revocation.mode",
      /Write "hard" or "soft" or "off"/,
    ],
    ["first of another name", { crl, first: "list" }, "revocation.first", /"crl" or "ocsp"/],
    ["covers of another name", { crl, covers: "all" }, "revocation.covers", /"chain" or "leaf"/],
    ["noRevAvail as text", { crl, noRevAvail: "true" }, "revocation.noRevAvail", /not a boolean/],
    ["lists that are null", { crl: null }, "revocation.crl", /is no place of revocation lists/],
    ["no list", { crl: [] }, "revocation.crl", /is empty/],
    ["lists from nowhere", { crl: {} }, "revocation.crl.from", /is missing\. Say where/],
    [
      "a misspelt part of lists",
      { crl: { from: crl, signer: "" } },
      "revocation.crl.signer",
      /Did you mean "signers"\?/,
    ],
    ["a list of them at fault", { crl: { from: [crl, 7] } }, "revocation.crl.from[1]", /no place/],
    [
      "signers of lists that cannot be read",
      { crl: { from: crl, signers: 7 } },
      "revocation.crl.signers",
      /cannot be read from number/,
    ],
    [
      "lists of no length",
      { crl: { from: crl, maxBytes: 0 } },
      "revocation.crl.maxBytes",
      /is not a whole number from 1 up/,
    ],
    ["responders that are null", { ocsp: null }, "revocation.ocsp", /is not an http or https/],
    ["no responder", { ocsp: [] }, "revocation.ocsp.responders", /names no responder/],
    ["no responder in an object", { ocsp: {} }, "revocation.ocsp.responders", /Write its address/],
    [
      "one of several responders that is none",
      { ocsp: [ocsp, "ldap://ocsp.example"] },
      "revocation.ocsp[1]",
      /is not an http or https address/,
    ],
    [
      "the same among its parts",
      { ocsp: { responders: ["ocsp.example"] } },
      "revocation.ocsp.responders[0]",
      /is not an http or https address/,
    ],
    [
      "a misspelt part of responders",
      { ocsp: { responder: ocsp } },
      "revocation.ocsp.responder",
      /Did you mean "responders"\?/,
    ],
    [
      "a nonce of another kind",
      { ocsp: { responders: ocsp, nonce: true } },
      "revocation.ocsp.nonce",
      /"off" or "send" or "require"/,
    ],
    [
      "a hash of another kind",
      { ocsp: { responders: ocsp, certificateIdHash: "md5" } },
      "revocation.ocsp.certificateIdHash",
      /"sha1" or "sha256"/,
    ],
    [
      "answers of no age",
      { ocsp: { responders: ocsp, maxAgeMs: 0 } },
      "revocation.ocsp.maxAgeMs",
      /from 1 up/,
    ],
    [
      "signers of answers that cannot be read",
      { ocsp: { responders: ocsp, signers: "nowhere.pem" } },
      "revocation.ocsp.signers",
      /cannot be read/,
    ],
    [
      "addresses in certificates at no host",
      { certificateAddresses: {} },
      "revocation.certificateAddresses.hosts",
      /names no host/,
    ],
    ["own lists that are none", { denied: {} }, "revocation.denied", /createDenyList\(\)/],
    ["own lists that are null", { denied: null }, "revocation.denied", /is not a list of denied/],
    ["no own list", { denied: [] }, "revocation.denied", /is empty\. Leave it out/],
    [
      "one of several that is none",
      { denied: [denied, 7] },
      "revocation.denied[1]",
      /is not a list/,
    ],
    [
      "one of several that got lost",
      { denied: [undefined] },
      "revocation.denied[0]",
      /is not a list of denied/,
    ],
    ["a promise of one", { denied: Promise.resolve(denied) }, "revocation.denied", /is not a list/],
    [
      "a file that is not there",
      { denied: ["/nowhere/denied.json"] },
      "revocation.denied[0]",
      /cannot be used\. file: .*ENOENT.* a new list is \{ "denied": \[\] \}/,
    ],
    ["a file without a name", { denied: "" }, "revocation.denied", /cannot be used\. file:/],
    [
      "a store that is none",
      { crl, store: {} },
      "revocation.store",
      /is not a store\. .*createFile/,
    ],
    ["a store that is null", { crl, store: null }, "revocation.store", /is not a store/],
    ...["shortLivedMs", "toleranceMs", "timeoutMs", "refreshMs"].flatMap((name) =>
      [-1, 0.5, NaN, Infinity, "5", null, 2 ** 53].map(
        (value) =>
          [
            `${name} of ${String(value)}`,
            { crl, [name]: value },
            `revocation.${name}`,
            /is not a whole number from \d+ up\. Write (milliseconds|bytes), or leave it out\./,
          ] as const,
      ),
    ),
    ["requests that may not wait", { crl, timeoutMs: 0 }, "revocation.timeoutMs", /from 1 up/],
    ["asking without pause", { crl, refreshMs: 999 }, "revocation.refreshMs", /from 1000 up/],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = errorOf(input);
      expect(error.option).to.equal(option);
      expect(error.message).to.match(message);
    });
  }
});
