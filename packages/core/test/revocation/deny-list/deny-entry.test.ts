import { createHash, generateKeyPairSync } from "node:crypto";
import { authority, runOpenssl, requireTool } from "@mtls-shield/testkit";
import { expect } from "chai";

import {
  createDenyList,
  type DenyListOptions,
} from "../../../src/revocation/deny-list/deny-list.ts";
import type { DenyEntryInput } from "../../../src/revocation/deny-list/deny-entry.ts";
import { configErrorOf } from "../../config-error-of.ts";
import { parsed } from "../../certificates.ts";

const root = authority({ commonName: "Entry CA" });
const { leaf } = root.client({ serialNumber: 0x0a1bn });
const publicKeyPem = leaf.publicKey.export({ type: "spki", format: "pem" });
const pin = createHash("sha256").update(leaf.publicKey.export({ type: "spki", format: "der" }));
const hex = pin.copy().digest("hex");
const base64 = pin.copy().digest("base64");
const issuerPin = createHash("sha256").update(
  root.certificate.publicKey.export({ type: "spki", format: "der" }),
);

function listOf(...entries: unknown[]) {
  return createDenyList({ entries } as DenyListOptions);
}

function problemOf(entry: unknown): string {
  return configErrorOf(() => listOf(entry)).message;
}

describe("an entry of a list of denied certificates", () => {
  const forms: Readonly<Record<string, DenyEntryInput>> = {
    "the issuer's name": { issuer: "CN=Entry CA", serialNumber: "0a1b" },
    "the issuer's name as openssl prints it": { issuer: "CN = Entry CA", serialNumber: "0A1B" },
    "the issuer's certificate as PEM": { issuer: root.certificate.pem, serialNumber: "0A:1B" },
    "the issuer's certificate as DER": { issuer: root.certificate.der, serialNumber: "a1b" },
    "the issuer's pin": {
      issuer: issuerPin.copy().digest("base64"),
      serialNumber: "serial=0A1B",
    },
    "a certificate with the key": { publicKey: leaf.pem },
    "a certificate with the key as DER": { publicKey: leaf.der },
    "the key": { publicKey: publicKeyPem as string },
    "the key's pin in base64": { publicKey: base64 },
    "the key's pin in hex": { publicKey: `sha256:${hex}` },
    "the fingerprint": { fingerprint: leaf.fingerprint },
    "the fingerprint with colons": {
      fingerprint: leaf.fingerprint.toUpperCase().replace(/..(?!$)/g, "$&:"),
    },
  };
  for (const [form, entry] of Object.entries(forms)) {
    it(`denies what is named by ${form}, and only that`, () => {
      const list = listOf(entry);
      const other = root.client({ serialNumber: 0x0a1cn }).leaf;
      expect(list.find(parsed(leaf), parsed(root.certificate))).to.equal(list.entries[0]);
      expect(list.find(parsed(other), parsed(root.certificate))).to.equal(undefined);
    });

    it(`is the same when it is read again, by ${form}`, () => {
      const { entries } = listOf(entry);
      const again = listOf(...(JSON.parse(JSON.stringify(entries)) as unknown[]));
      expect(again.entries).to.deep.equal(entries);
      expect(again.find(parsed(leaf), parsed(root.certificate))).to.equal(again.entries[0]);
    });
  }

  it("takes what openssl prints", function () {
    requireTool(this, "openssl");
    const print = (...options: string[]) =>
      runOpenssl(["x509", "-noout", ...options], { input: leaf.pem })
        .stdout.toString()
        .trim();
    const serialNumber = print("-serial");
    const issuer = print("-issuer").replace(/^issuer=\s*/, "");
    const fingerprint = print("-fingerprint", "-sha256").replace(/^.*=/, "");
    expect(serialNumber).to.equal("serial=0A1B");
    for (const entry of [{ issuer, serialNumber }, { fingerprint }]) {
      expect(listOf(entry).find(parsed(leaf), parsed(root.certificate))).to.be.an("object");
    }
  });

  it("keeps its reason, date and comment, and cannot be changed", () => {
    const entry = { publicKey: hex, reason: "stolen", date: 0, comment: "ticket 17" };
    const [kept] = listOf(entry).entries;
    expect(kept).to.deep.equal({
      publicKey: `sha256:${hex}`,
      reason: "stolen",
      date: "1970-01-01T00:00:00.000Z",
      comment: "ticket 17",
    });
    expect(kept).to.be.frozen;
  });

  it("denies at once even where its date is in the future", () => {
    const list = listOf({ publicKey: hex, date: "2999-01-01" });
    expect(list.entries[0]?.date).to.equal("2999-01-01T00:00:00.000Z");
    expect(list.find(parsed(leaf), undefined)).to.be.an("object");
  });

  const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  const refusals: Readonly<Record<string, readonly [entry: unknown, message: RegExp]>> = {
    "is no object": ["CN=x", /^entries\[0\]: is not an object/],
    "denies nothing": [{ reason: "x" }, /does not say what is denied\. Write issuer and serial/],
    "has an issuer alone": [{ issuer: "CN=x" }, /^entries\[0\]: has issuer\. /],
    "has a serial number alone": [{ serialNumber: "1" }, /has serialNumber/],
    "denies two things": [{ publicKey: hex, fingerprint: hex }, /has publicKey and fingerprint/],
    "has a key that is misspelt": [{ serial: "1", issuer: "CN=x" }, /entries\[0\]\.serial: is not/],
    "has a value that is undefined": [{ publicKey: undefined }, /publicKey: is undefined/],
    "has a key of the language": [JSON.parse('{"__proto__":{"publicKey":"x"}}'), /__proto__/],
    "has a serial number that is a number": [
      { issuer: "CN=x", serialNumber: 10 },
      /entries\[0\]\.serialNumber: 10 is not a serial number/,
    ],
    "has a serial number that is not hex": [
      { issuer: "CN=x", serialNumber: "12x" },
      /"12x" is not a serial number/,
    ],
    "names its issuer in no known way": [
      { issuer: "My CA", serialNumber: "1" },
      /entries\[0\]\.issuer: "My CA" is not the name of an authority/,
    ],
    "has an issuer that is no text": [{ issuer: 5, serialNumber: "1" }, /issuer: 5 is not text/],
    "gives a public key for an issuer": [
      { issuer: publicKeyPem, serialNumber: "1" },
      /issuer: is not one CERTIFICATE block/,
    ],
    "gives a chain for an issuer": [
      { issuer: `${root.certificate.pem}${leaf.pem}`, serialNumber: "1" },
      /issuer: is not one CERTIFICATE block/,
    ],
    "gives a private key": [{ publicKey: key }, /is not one CERTIFICATE or PUBLIC KEY block/],
    "gives a malformed key": [
      { publicKey: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" },
      /the public key is malformed/,
    ],
    "gives a malformed certificate": [
      { publicKey: "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----" },
      /the certificate is malformed/,
    ],
    "has no SHA-256 for a pin": [{ publicKey: "abc" }, /publicKey: "abc" is not a SHA-256 value/],
    "has no SHA-256 for a fingerprint": [{ fingerprint: "00:11" }, /is not a SHA-256 value/],
    "has a fingerprint that is no text": [{ fingerprint: 1 }, /fingerprint: 1 is not text/],
    "has a reason that is no text": [{ publicKey: hex, reason: 1 }, /reason: 1 is not text/],
    "has an endless comment": [
      { publicKey: hex, comment: "x".repeat(1_001) },
      /comment: is longer than 1000/,
    ],
    "has a date that is none": [{ publicKey: hex, date: "2026-13-01" }, /date: .* is not a date/],
    "has a date in words": [{ publicKey: hex, date: "1 May 2026" }, /date: .* is not a date/],
    "has an impossible date": [{ publicKey: hex, date: Infinity }, /date: Infinity is not a date/],
    "has a date that is an object": [{ publicKey: hex, date: {} }, /date: \{\} is not a date/],
  };
  for (const [fault, [entry, message]] of Object.entries(refusals)) {
    it(`is refused when it ${fault}`, () => {
      expect(problemOf(entry)).to.match(message);
    });
  }

  it("is not read from a path: a list may come from elsewhere", () => {
    expect(problemOf({ publicKey: "/etc/hostname" })).to.match(/is not a SHA-256 value/);
    expect(problemOf({ issuer: "/etc/hostname", serialNumber: "1" })).to.match(/is not the name/);
  });
});
