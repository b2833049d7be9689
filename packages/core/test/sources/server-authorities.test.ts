import { createServer as createHttpsServer } from "node:https";
import { createSecureServer } from "node:http2";
import { createServer as createTlsServer, type Server, type TlsOptions } from "node:tls";

import { expect } from "chai";

import { authority } from "@mtls-shield/testkit";

import { readServerAuthorities } from "../../src/sources/server-authorities.ts";
import { fakeServer } from "../fake-socket.ts";

const { leaf, root } = authority().server();
const options = { key: leaf.privateKeyPem, cert: leaf.pem, ca: root.pem };

describe("readServerAuthorities, real servers", () => {
  const creators: Readonly<Record<string, (options: TlsOptions) => Server>> = {
    https: (settings) => createHttpsServer(settings),
    tls: (settings) => createTlsServer(settings),
    http2: (settings) => createSecureServer(settings),
  };
  for (const [name, create] of Object.entries(creators)) {
    it(`finds the ca of a server of node:${name}`, () => {
      expect(readServerAuthorities(create(options))).to.deep.equal({
        outcome: "known",
        ca: root.pem,
      });
    });

    it(`finds none where a server of node:${name} has none`, () => {
      const { ca, ...withoutCa } = options;
      expect(ca).to.equal(root.pem);
      expect(readServerAuthorities(create(withoutCa))).to.deep.equal({ outcome: "missing" });
    });

    it(`does not guess where a server of node:${name} has a context of its own for a name`, () => {
      const server = create(options);
      server.addContext("a.example", options);
      expect(readServerAuthorities(server)).to.deep.equal({ outcome: "hidden" });
    });

    it(`does not guess where a server of node:${name} chooses contexts by a callback`, () => {
      const server = create({
        ...options,
        SNICallback: (_name, done) => {
          done(null);
        },
      });
      expect(readServerAuthorities(server)).to.deep.equal({ outcome: "hidden" });
    });
  }

  it("sees that the ca was replaced", () => {
    const server = createHttpsServer(options);
    const other = authority().certificate.pem;
    server.setSecureContext({ ...options, ca: other });
    expect(readServerAuthorities(server)).to.deep.equal({ outcome: "known", ca: other });
    const { ca, ...withoutCa } = options;
    expect(ca).to.equal(root.pem);
    server.setSecureContext(withoutCa);
    expect(readServerAuthorities(server)).to.deep.equal({ outcome: "missing" });
  });
});

describe("readServerAuthorities, what it cannot know", () => {
  it("is hidden without a server", () => {
    expect(readServerAuthorities(undefined)).to.deep.equal({ outcome: "hidden" });
  });

  it("is hidden where a server does not show its contexts", () => {
    expect(readServerAuthorities({ ca: root.pem })).to.deep.equal({ outcome: "hidden" });
    const server = fakeServer({ ca: root.pem, _contexts: undefined });
    expect(readServerAuthorities(server)).to.deep.equal({ outcome: "hidden" });
  });

  it("is hidden where a server does not show whether it has a callback", () => {
    expect(readServerAuthorities({ ca: root.pem, _contexts: [] })).to.deep.equal({
      outcome: "hidden",
    });
  });

  for (const [what, ca] of [
    ["undefined", undefined],
    ["null", null],
    ["an empty list, for which OpenSSL takes the public web roots", []],
  ] as const) {
    it(`is missing when ca is ${what}`, () => {
      expect(readServerAuthorities(fakeServer({ ca }))).to.deep.equal({ outcome: "missing" });
    });
  }

  it("is left to the trust reader when ca is an empty text", () => {
    expect(readServerAuthorities(fakeServer({ ca: "" }))).to.deep.equal({
      outcome: "known",
      ca: "",
    });
  });
});
