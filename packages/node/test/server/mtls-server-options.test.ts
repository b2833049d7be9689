import { expect } from "chai";
import { authority } from "@mtls-shield/testkit";
import { createMtlsServer, httpsOptions, mtls } from "../../src/index.ts";

const ca = authority();
const { leaf, chainPem } = ca.server();
const tls = { key: leaf.privateKeyPem, cert: chainPem };
const trust = ca.root.pem;
const shield = mtls({ trust });
const withHost = (host: object, name = "b.example"): object => ({
  ...tls,
  trust,
  serverNames: { [name]: host },
});

describe("the options of createMtlsServer", () => {
  for (const [what, options, message] of [
    ["that are none", undefined, /^options: is not an object/],
    ["with a misspelt one", { ...tls, trust, rule: [] }, /^rule: .*Did you mean "rules"/],
    ["with one beside a shield", { ...tls, shield, rules: [] }, /^rules: stands beside `shield`/],
    [
      "with headers beside a shield",
      { ...tls, shield, stripHeaders: false },
      /^stripHeaders: stands/,
    ],
    [
      "with files to watch beside a shield",
      { ...tls, shield, watch: { paths: ["x"], read: () => ({}) } },
      /^watch: stands beside `shield`/,
    ],
    [
      "with a shield that is undefined",
      { ...tls, trust: undefined, shield: undefined },
      /^trust: /,
    ],
    ["without a certificate", { trust }, /^cert: is missing/],
    ["without a key", { cert: chainPem, trust }, /^key: is missing/],
    ["with a key that is empty", { ...tls, key: Buffer.alloc(0), trust }, /^key: is missing/],
    [
      "with a key that is no file",
      { ...tls, key: "/no/file", trust },
      /^key: the file cannot be read/,
    ],
    [
      "with a key elsewhere",
      { ...tls, key: new URL("https://x/key"), trust },
      /^key: the file cannot/,
    ],
    [
      "with impossible ciphers",
      { ...tls, trust, ciphers: "NONE" },
      /^cert: or another setting of TLS/,
    ],
    ["with a ca that is empty", { ...tls, ca: "" }, /^ca: is not a PEM certificate/],
    ["with a ca that is a path", { ...tls, ca: ["/etc/ca.pem"] }, /^ca: is not a PEM certificate/],
    ["without roots", { ...tls }, /^ca: is missing/],
    [
      "that ask for no certificate",
      { ...tls, trust, requestCert: false },
      /^requestCert: is false/,
    ],
    ["with TLS 1.0", { ...tls, trust, minVersion: "TLSv1" }, /^minVersion: TLSv1 is broken/],
    ["with a lenient parser", { ...tls, trust, insecureHTTPParser: true }, /^insecureHTTPParser: /],
    ["without bound for headers", { ...tls, trust, headersTimeout: 0 }, /^headersTimeout: is not/],
    [
      "without bound for handshakes",
      { ...tls, trust, handshakeTimeout: Infinity },
      /^handshakeTimeout: /,
    ],
    [
      "with names hidden that ca tells",
      { ...tls, ca: trust, sendAuthorityNames: false },
      /^sendAuthorityNames: /,
    ],
    [
      "with names hidden from an OpenSSL that should refuse",
      { ...tls, trust, sendAuthorityNames: false, rejectUnauthorized: true },
      /^rejectUnauthorized: is true/,
    ],
    [
      "with a signal that there is not",
      { ...tls, trust, reloadSignal: "SIGNOPE" },
      /^reloadSignal: /,
    ],
    ["with no host", { ...tls, trust, serverNames: {} }, /^serverNames: is not an object/],
    ["with a host that is no object", withHost([]), /^serverNames: is not an object/],
    [
      "with a host that is a URL",
      withHost({ ...tls, trust }, "https://b"),
      /^serverNames.* is not a host name/,
    ],
    [
      "with a host twice",
      {
        ...tls,
        trust,
        serverNames: { "b.example": { ...tls, trust }, "B.example": { ...tls, trust } },
      },
      /^serverNames\["B.example"\]: is there twice/,
    ],
    [
      "with a host that trusts nobody",
      withHost({ ...tls, required: true }),
      /^serverNames\["b.example"\]\./,
    ],
    [
      "with a host whose rules are none",
      withHost({ ...tls, trust, rules: 1 }),
      /^serverNames\["b.example"\]\.rules: /,
    ],
    [
      "with a host without a certificate",
      withHost({ trust }),
      /^serverNames\["b.example"\]\.cert: is missing/,
    ],
    [
      "with a host and a callback",
      { ...withHost({ ...tls, trust }), SNICallback: () => undefined },
      /^SNICallback: /,
    ],
    [
      "with a misspelt option of a host",
      withHost({ ...tls, trusts: 1 }),
      /^serverNames.*Did you mean "trust"/,
    ],
    ...[
      "requestCert",
      "SNICallback",
      "ticketKeys",
      "sendAuthorityNames",
      "minVersion",
      "ca",
      "http2",
      "reloadSignal",
    ].map(
      (name) =>
        [
          `with ${name} for one host`,
          withHost({ ...tls, trust, [name]: false }),
          new RegExp(`^serverNames\\["b.example"\\]\\.${name}: is not an option`),
        ] as const,
    ),
  ] as const) {
    it(`does not start with options ${what}`, () => {
      expect(() => createMtlsServer(options as never, () => undefined)).to.throw(
        TypeError,
        message,
      );
    });
  }

  it("watches nothing any more after a start that failed", () => {
    let closed = 0;
    const clock = () => Date.now();
    const timers = { after: () => () => (closed += 1) };
    const options = {
      ...tls,
      trust,
      clock,
      timers,
      watch: { paths: ["/no/file"], read: () => ({}) },
    };
    expect(() => createMtlsServer({ ...options, cert: "" } as never, () => undefined)).to.throw(
      /^cert: /,
    );
    expect(closed).to.be.at.least(1);
  });

  it("takes no certificate from the default host into another", () => {
    const other = authority().server();
    const own = { key: other.leaf.privateKeyPem, cert: other.chainPem, trust };
    const options = { ...withHost(own), passphrase: "of the default key", crl: undefined };
    expect(() => createMtlsServer(options as never, () => undefined)).not.to.throw();
  });

  it("refuses a session store beside several contexts, whichever comes first", () => {
    const store = (): void => undefined;
    const several = createMtlsServer(withHost({ ...tls, trust }) as never, () => undefined);
    expect(() => several.on("resumeSession", store)).to.throw(/^resumeSession: shares/);
    expect(() => {
      several.addContext("c.example", tls);
    }).to.throw(/^addContext: goes against serverNames/);
    const chosen = createMtlsServer({ ...tls, trust, SNICallback: store }, () => undefined);
    expect(() => chosen.once("resumeSession", store)).to.throw(/^resumeSession: shares/);
    const added = createMtlsServer({ ...tls, trust }, () => undefined);
    added.addContext("c.example", tls);
    expect(() => added.prependListener("resumeSession", store)).to.throw(/^resumeSession: shares/);
    const one = createMtlsServer({ ...tls, trust }, () => undefined);
    one.on("resumeSession", store);
    expect(() => {
      one.addContext("c.example", tls);
    }).to.throw(/^resumeSession: shares/);
  });

  it("keeps the caller's settings of HTTP/2 beside its own", () => {
    const options = { ...tls, trust, http2: true, settings: { maxConcurrentStreams: 7 } } as const;
    expect(() => createMtlsServer(options, () => undefined)).not.to.throw();
    expect(() => httpsOptions({ ...tls, ca: "" })).to.throw(/^ca: is not a PEM/);
  });
});
