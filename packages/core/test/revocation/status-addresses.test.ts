import {
  authority,
  crlDistributionPoints,
  der,
  extensions,
  freshestCrl,
  type CrlPoint,
} from "@mtls-shield/testkit";
import { expect } from "chai";

import { readCertificateAddresses } from "../../src/network/address-policy.ts";
import {
  listAddresses,
  namesStatusAddress,
  responderAddresses,
} from "../../src/revocation/status-addresses.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { parsed } from "../certificates.ts";

const policy = readCertificateAddresses(
  { hosts: ["a.example", "169.254.169.254:81"], networks: ["169.254.0.0/16"] },
  "certificateAddresses",
);
const ca = authority();
const methods = { ocsp: "1.3.6.1.5.5.7.48.1", caIssuers: "1.3.6.1.5.5.7.48.2" } as const;

function withExtensions(...moreExtensions: readonly Uint8Array[]): Certificate {
  return parsed(ca.client({ moreExtensions }).leaf);
}

/** Names of type URI. */
function uri(text: string): Uint8Array {
  return der.primitive(6, Buffer.from(text));
}

function accessTo(
  ...places: readonly (readonly [keyof typeof methods, Uint8Array])[]
): Certificate {
  const descriptions = places.map(([method, place]) =>
    der.sequence(der.oid(methods[method]), place),
  );
  return withExtensions(extensions.extension("1.3.6.1.5.5.7.1.1", der.sequence(...descriptions)));
}

function texts(urls: readonly URL[]): readonly string[] {
  return urls.map(({ href }) => href);
}

const five = [1, 2, 3, 4, 5].map((number) => `http://a.example/${number}`);

describe("responderAddresses", () => {
  it("are those that a certificate names and the operator allows", () => {
    const certificate = accessTo(
      ["caIssuers", uri("http://a.example/ca.crt")],
      ["ocsp", uri("http://a.example/ocsp")],
      ["ocsp", uri("http://b.example/")],
      ["ocsp", uri("http://169.254.169.254/latest/meta-data")],
      ["ocsp", uri("ldap://a.example/")],
      ["ocsp", uri("no address")],
      ["ocsp", der.primitive(2, Buffer.from("a.example"))],
    );
    expect(texts(responderAddresses(certificate, policy))).to.deep.equal(["http://a.example/ocsp"]);
  });

  it("are four at most, and none where none is named", () => {
    const certificate = accessTo(...five.map((text) => ["ocsp", uri(text)] as const));
    expect(texts(responderAddresses(certificate, policy))).to.deep.equal(five.slice(0, 4));
    expect(responderAddresses(withExtensions(), policy)).to.deep.equal([]);
  });
});

describe("listAddresses", () => {
  const relative: CrlPoint = {
    relative: [der.sequence(der.oid("2.5.4.3"), der.utf8String("relative"))],
  };

  it("are those of complete lists and of deltas", () => {
    const certificate = withExtensions(
      crlDistributionPoints({ uris: ["http://b.example/", "http://a.example/ca.crl"] }, relative, {
        crlIssuers: [ca.certificate.parts.subject],
      }),
      freshestCrl({ uris: ["http://a.example/delta.crl"] }),
    );
    expect(texts(listAddresses(certificate, policy))).to.deep.equal([
      "http://a.example/ca.crl",
      "http://a.example/delta.crl",
    ]);
  });

  it("are four at most, and none where none is named", () => {
    const certificate = withExtensions(crlDistributionPoints({ uris: five }));
    expect(texts(listAddresses(certificate, policy))).to.deep.equal(five.slice(0, 4));
    expect(listAddresses(withExtensions(), policy)).to.deep.equal([]);
  });
});

describe("namesStatusAddress", () => {
  it("is so for lists, deltas and responders, wherever they are", () => {
    const place = { uris: ["ldap://b.example/"] };
    for (const certificate of [
      withExtensions(crlDistributionPoints(place)),
      withExtensions(freshestCrl(place)),
      accessTo(["ocsp", uri("http://b.example/")]),
    ]) {
      expect(namesStatusAddress(certificate)).to.equal(true);
    }
  });

  it("is not so for the issuer's certificate, nor without any address", () => {
    expect(namesStatusAddress(accessTo(["caIssuers", uri("http://a.example/")]))).to.equal(false);
    expect(namesStatusAddress(withExtensions())).to.equal(false);
  });
});
