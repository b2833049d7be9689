import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import { certificateHeaders } from "../../src/headers/certificate-headers.ts";
import { HeaderFilter } from "../../src/headers/header-filter.ts";

/** What is left of raw headers with these names. */
function left(filter: HeaderFilter, ...names: readonly string[]): readonly string[] {
  const rawHeaders = names.flatMap((name) => [name, "x"]);
  filter.stripHeaders({}, rawHeaders);
  return rawHeaders.filter((_, index) => index % 2 === 0);
}

const certificates = new HeaderFilter(certificateHeaders);

describe("the filter of certificate headers", () => {
  const known = [
    "Client-Cert",
    "Client-Cert-Chain",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-Tls-Client-Cert",
    "X-Forwarded-Tls-Client-Cert-Info",
    "X-Client-Cert",
    "X-Client-Cert-Dn",
    "X-Client-Cert-Fingerprint",
    "X-SSL-Client-Verify",
    "X-SSL-Client-S-DN",
    "SSL_CLIENT_CERT",
    "ssl-client-verify",
    "ssl-client-subject-dn",
    "X-Amzn-Mtls-Clientcert",
    "X-Amzn-Mtls-Clientcert-Leaf",
    "CloudFront-Viewer-Cert-Pem",
    "Cf-Client-Cert-Der-Base64",
    "cf-cert-verified",
    "X-ARR-ClientCert",
    "Client-To-Edge",
    "X-Gravitee-Client-Cert",
  ];

  it("takes out every one that a proxy is known to send, alone and all together", () => {
    for (const name of known) expect(left(certificates, name), name).to.deep.equal([]);
    expect(left(certificates, "Host", ...known, "Accept")).to.deep.equal(["Host", "Accept"]);
  });

  it("takes out what CGI and its kin fold into one of them, whatever the case", () => {
    const folds: readonly ((name: string) => string)[] = [
      (name) => name.replace(/-/g, "_"),
      (name) => name.replace(/-/g, "."),
      (name) => name.replace(/[-_]/, "~"),
      (name) => name.toUpperCase(),
      (name) => name.toLowerCase(),
    ];
    for (const name of known) {
      for (const fold of folds)
        expect(left(certificates, fold(name)), fold(name)).to.deep.equal([]);
    }
  });

  it("leaves the headers that clients need", () => {
    const usual = [
      ...["Host", "Connection", "Content-Type", "Content-Length", "Cookie", "Cache-Control"],
      ...["User-Agent", "Accept", "Authorization", "X-Forwarded-For", "X-Forwarded-Proto", "TE"],
      ...[
        "X-Request-Id",
        "X-Correlation-Id",
        "X-API-Key",
        "X-Http-Method-Override",
        "Sec-Fetch-Mode",
      ],
      ...["Signature-Input", "CF-Ray", "Client-Version", "Client-Id", "traceparent", "a", "", "x"],
    ];
    expect(left(certificates, ...usual)).to.deep.equal(usual);
  });

  it("finds a name of any length", () => {
    const long = `X-Client-Cert-${"a".repeat(400)}`;
    expect(left(certificates, long, `X-Other-${"a".repeat(400)}`)).to.have.length(1);
    const exact = new HeaderFilter([long]);
    expect(left(exact, long, `${long}b`)).to.deep.equal([`${long}b`]);
  });
});

describe("a filter of one's own", () => {
  it("tells a name from the beginning of one", () => {
    const filter = new HeaderFilter(["X-User", "Internal-*"]);
    expect(
      left(filter, "x_user", "X-User-Id", "internal-a", "Internal", "INTERNAL.B"),
    ).to.deep.equal(["X-User-Id", "Internal"]);
  });

  it("takes names shorter than what its table looks at", () => {
    const filter = new HeaderFilter(["a", "bc", "X-*", "_*"]);
    expect(
      left(filter, "A", "ab", "BC", "bcd", "x-anything", "x.y", "-z", "!", "xy"),
    ).to.deep.equal(["ab", "bcd", "xy"]);
  });
});

describe("the views of a request", () => {
  /** As much of a request as a filter looks at. */
  function request(parts: object): IncomingMessage {
    return parts as IncomingMessage;
  }

  it("are not asked for when nothing is to be removed", () => {
    const untouched = {
      rawHeaders: ["Host", "a"],
      get headers(): never {
        throw new Error("asked");
      },
      get headersDistinct(): never {
        throw new Error("asked");
      },
    };
    certificates.stripRequest(request(untouched));
    expect(untouched.rawHeaders).to.deep.equal(["Host", "a"]);
  });

  it("lose what they held already, and the list stays the same object", () => {
    const rawHeaders = ["Host", "a", "Client-Cert", ":MA==:", "X", "1", "client_cert", "2"];
    const parts = {
      rawHeaders,
      headers: { host: "a", "client-cert": ":MA==:", x: "1", client_cert: "2" },
      headersDistinct: { host: ["a"], "client-cert": [":MA==:"], x: ["1"], client_cert: ["2"] },
    };
    certificates.stripRequest(request(parts));
    expect(parts).to.deep.equal({
      rawHeaders: ["Host", "a", "X", "1"],
      headers: { host: "a", x: "1" },
      headersDistinct: { host: ["a"], x: ["1"] },
    });
    expect(parts.rawHeaders).to.equal(rawHeaders);
  });

  it("may fail where Node's own does for a header named __proto__ (CVE-2026-21710)", () => {
    const parts = {
      rawHeaders: ["__proto__", "1", "Client-Cert", "2"],
      headers: { "client-cert": "2" },
      get headersDistinct(): never {
        throw new TypeError("push is not a function");
      },
    };
    certificates.stripRequest(request(parts));
    expect(parts.rawHeaders).to.deep.equal(["__proto__", "1"]);
    expect(parts.headers).to.deep.equal({});
  });
});
