import { constants } from "node:crypto";

import { expect } from "chai";

import { authority, brokenCertificates, der, soundChain } from "@mtls-shield/testkit";

import { defaultLimits, type Limits } from "../../src/base/limits.ts";
import type { Presentation } from "../../src/sources/presentation.ts";
import { TlsConnection, type TlsPeer } from "../../src/sources/tls-connection.ts";
import { fakeConnection, fakeServer, fakeSocket } from "../fake-socket.ts";

const issued = soundChain();
const [leaf, intermediate] = issued.chain;
const other = authority().client().leaf;

/** The fingerprints that were presented, or the reason's code. */
function seen(presentation: Presentation): readonly string[] | string {
  if (presentation.outcome === "absent") return presentation.reason.code;
  const { client, intermediates } = presentation.chain;
  return [client, ...intermediates].map(({ fingerprint }) => fingerprint);
}

function present(connection: TlsConnection, limits: Partial<Limits> = {}): Presentation {
  return connection.present({ ...defaultLimits, ...limits });
}

describe("TlsConnection.of", () => {
  it("is one for each key, whatever socket comes with it: HTTP/2 makes a new one each time", () => {
    const session = {};
    const [first, second] = [fakeSocket([]), fakeSocket([])];
    const connection = TlsConnection.of(session, first);
    expect(TlsConnection.of(session, second)).to.equal(connection);
    expect(TlsConnection.of(first, first)).to.not.equal(connection);
  });
});

describe("TlsConnection, what a client presents", () => {
  it("is its chain in the order in which it came", () => {
    const connection = fakeConnection(issued.chain);
    expect(seen(present(connection))).to.deep.equal([leaf!.fingerprint, intermediate!.fingerprint]);
  });

  it("is read once, since reading consumes it, for every shield of the process", () => {
    const socket = fakeSocket(issued.chain);
    const connection = TlsConnection.of(socket, socket);
    const wide = { ...defaultLimits };
    expect(seen(connection.present(defaultLimits))).to.have.length(2);
    expect(seen(connection.present(wide))).to.have.length(2);
    expect(connection.present(wide)).to.equal(connection.present(wide));
    expect(socket.reads).to.equal(1);
  });

  it("is kept when it was captured before somebody else read it", () => {
    const socket = fakeSocket(issued.chain);
    const connection = TlsConnection.of(socket, socket);
    connection.capture();
    connection.capture();
    socket.getPeerX509Certificate?.();
    expect(seen(present(connection))).to.have.length(2);
    expect(socket.reads).to.equal(2);
  });

  it("is the leaf alone when somebody else read it first", () => {
    const socket = fakeSocket(issued.chain);
    socket.getPeerX509Certificate?.();
    expect(seen(present(TlsConnection.of(socket, socket)))).to.deep.equal([leaf!.fingerprint]);
  });

  it("has a fingerprint of the whole list, which another order or list does not share", () => {
    const fingerprints = [
      [leaf!],
      [leaf!, intermediate!],
      [intermediate!, leaf!],
      [leaf!, other],
    ].map((list) => {
      const presentation = present(fakeConnection(list));
      return presentation.outcome === "presented" ? presentation.chain.fingerprint : "";
    });
    expect(new Set(fingerprints).size).to.equal(4);
    expect(fingerprints[0]).to.equal(leaf!.fingerprint);
  });
});

describe("TlsConnection, nothing to judge", () => {
  it("is certificate-missing without a certificate, whatever `authorized` says (nodejs/node#35317)", () => {
    for (const authorized of [true, false]) {
      for (const isReused of [true, false]) {
        const connection = fakeConnection([], { authorized, isReused });
        expect(seen(present(connection))).to.equal("certificate-missing");
      }
    }
  });

  it("is certificate-not-requested where the server asks for none", () => {
    const server = fakeServer({ requestCert: false });
    expect(seen(present(fakeConnection([], { server })))).to.equal("certificate-not-requested");
  });

  it("is certificate-missing where the server is not known", () => {
    const socket: TlsPeer = { encrypted: true, getPeerX509Certificate: () => undefined };
    expect(seen(present(TlsConnection.of(socket, socket)))).to.equal("certificate-missing");
  });

  for (const [what, socket] of Object.entries<TlsPeer>({
    "a plain socket": {},
    "a socket that is not encrypted": { ...fakeSocket(issued.chain), encrypted: false },
    "a socket that only claims to be encrypted": { encrypted: true },
    "a socket whose flag is merely truthy": { ...fakeSocket(issued.chain), encrypted: "yes" },
  })) {
    it(`is tls-required on ${what}`, () => {
      const connection = TlsConnection.of(socket, socket);
      expect(connection.isEncrypted).to.equal(false);
      expect(seen(present(connection))).to.equal("tls-required");
    });
  }

  it("is tls-required on a plain socket that was captured as well", () => {
    const socket: TlsPeer = {};
    const connection = TlsConnection.of(socket, socket);
    connection.capture();
    expect(connection.generation).to.equal(0);
    expect(seen(present(connection))).to.equal("tls-required");
  });
});

describe("TlsConnection, limits", () => {
  it("refuses more certificates than it may see, and takes exactly as many", () => {
    const many = (count: number) => [leaf!, ...new Array<typeof other>(count - 1).fill(other)];
    expect(seen(present(fakeConnection(many(10))))).to.have.length(10);
    expect(seen(present(fakeConnection(many(11))))).to.equal("too-many-certificates");
    expect(seen(present(fakeConnection(many(3)), { certificates: 2 }))).to.equal(
      "too-many-certificates",
    );
  });

  it("stops reading a list that does not end", () => {
    let links = 0;
    const endless = {
      raw: Buffer.from(leaf!.der),
      get issuerCertificate() {
        links++;
        return this;
      },
    };
    const socket = {
      ...fakeSocket([]),
      getPeerX509Certificate: () => endless,
    } as unknown as TlsPeer;
    expect(seen(present(TlsConnection.of(socket, socket)))).to.equal("too-many-certificates");
    expect(links).to.be.at.most(64);
  });

  it("refuses a certificate that is too large, at any place, and takes one of just that size", () => {
    const size = intermediate!.der.length;
    const limits = { certificateBytes: size - 1 };
    const small = { der: new Uint8Array(leaf!.der).subarray(0, size - 2) };
    expect(seen(present(fakeConnection([intermediate!]), limits))).to.equal(
      "certificate-too-large",
    );
    expect(seen(present(fakeConnection([small, intermediate!]), limits))).to.equal(
      "certificate-too-large",
    );
    expect(
      seen(present(fakeConnection([intermediate!]), { certificateBytes: size })),
    ).to.have.length(1);
  });

  it("counts before it parses: too many and too large need no parser", () => {
    const junk = { der: der.bytes(1) };
    expect(seen(present(fakeConnection([junk, junk]), { certificates: 1 }))).to.equal(
      "too-many-certificates",
    );
    expect(seen(present(fakeConnection([{ der: new Uint8Array(20_000) }])))).to.equal(
      "certificate-too-large",
    );
  });

  it("judges by the limits of the shield that asks", () => {
    const connection = fakeConnection(issued.chain);
    expect(seen(present(connection, { certificates: 1 }))).to.equal("too-many-certificates");
    expect(seen(present(connection))).to.have.length(2);
  });
});

describe("TlsConnection, malformed certificates", () => {
  const malformed = brokenCertificates["indefinite-length-in-subject"].make().leaf;

  for (const [place, list] of [
    [0, [malformed, intermediate!]],
    [1, [leaf!, malformed]],
    [2, [leaf!, intermediate!, malformed]],
  ] as const) {
    it(`refuse the whole list, and are named: certificate ${place}`, () => {
      const presentation = present(fakeConnection(list));
      expect(presentation).to.have.nested.property("reason.code", "certificate-malformed");
      expect(presentation).to.have.nested.property("reason.certificateIndex", place);
      expect(presentation).to.have.nested.property(
        "reason.details.problem",
        "a length is indefinite",
      );
    });
  }

  for (const { name, make } of Object.values(brokenCertificates).filter(
    ({ expected }) => expected === "certificate-malformed",
  )) {
    it(`are refused as such: ${name}`, () => {
      expect(seen(present(fakeConnection(make().chain)))).to.equal("certificate-malformed");
    });
  }
});

describe("TlsConnection, hidden intermediates", () => {
  function mayBeIncomplete(connection: TlsConnection): boolean | undefined {
    const presentation = present(connection);
    return presentation.outcome === "presented" ? presentation.chain.mayBeIncomplete : undefined;
  }

  it("may be there on a resumed session, and where OpenSSL vouches for a leaf alone", () => {
    expect(mayBeIncomplete(fakeConnection([leaf!], { isReused: true }))).to.equal(true);
    expect(mayBeIncomplete(fakeConnection([leaf!], { authorized: true }))).to.equal(true);
  });

  it("are not there on a full handshake that OpenSSL did not accept", () => {
    expect(mayBeIncomplete(fakeConnection([leaf!], { authorized: false }))).to.equal(false);
    const shown = fakeSocket([leaf!]);
    const socket: TlsPeer = {
      encrypted: true,
      getPeerX509Certificate: () => shown.getPeerX509Certificate?.(),
    };
    expect(mayBeIncomplete(TlsConnection.of(socket, socket))).to.equal(false);
  });

  it("are not there where some are shown", () => {
    const connection = fakeConnection(issued.chain, { isReused: true, authorized: true });
    expect(mayBeIncomplete(connection)).to.equal(false);
  });
});

describe("TlsConnection, renegotiation", () => {
  it("with another certificate is noticed on TLS 1.2", () => {
    const socket = fakeSocket(issued.chain, { protocol: "TLSv1.2" });
    const connection = TlsConnection.of(socket, socket);
    expect(seen(present(connection))).to.have.length(2);
    const { generation } = connection;
    socket.show(other);
    expect(connection.generation).to.equal(generation + 1);
    expect(connection.generation).to.equal(generation + 1);
    expect(seen(present(connection))).to.deep.equal([other.fingerprint]);
  });

  it("changes nothing while the certificate stays the same", () => {
    const socket = fakeSocket(issued.chain, { protocol: "TLSv1.2" });
    const connection = TlsConnection.of(socket, socket);
    const before = present(connection);
    socket.show(leaf!);
    expect(connection.generation).to.equal(0);
    expect(seen(present(connection))).to.deep.equal(seen(before));
  });

  it("is noticed when a certificate appears or disappears", () => {
    const socket = fakeSocket([], { protocol: "TLSv1.2" });
    const connection = TlsConnection.of(socket, socket);
    expect(seen(present(connection))).to.equal("certificate-missing");
    expect(connection.generation).to.equal(0);
    socket.show(leaf!);
    expect(connection.generation).to.equal(1);
    expect(seen(present(connection))).to.deep.equal([leaf!.fingerprint]);
    socket.show();
    expect(connection.generation).to.equal(2);
    expect(seen(present(connection))).to.equal("certificate-missing");
  });

  it("needs no look before anything was read", () => {
    const socket = fakeSocket(issued.chain, { protocol: "TLSv1.2" });
    expect(TlsConnection.of(socket, socket).generation).to.equal(0);
    expect(socket.reads).to.equal(0);
  });

  for (const [where, facts] of Object.entries<Parameters<typeof fakeSocket>[1]>({
    "on TLS 1.3, which has none": { protocol: "TLSv1.3" },
    "where the server bans it": {
      protocol: "TLSv1.2",
      server: fakeServer({
        secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET,
      }),
    },
  })) {
    it(`is not looked for ${where}`, () => {
      const socket = fakeSocket(issued.chain, facts);
      const connection = TlsConnection.of(socket, socket);
      present(connection);
      for (let request = 0; request < 3; request++) expect(connection.generation).to.equal(0);
      expect(socket.reads).to.equal(1);
    });
  }

  for (const [where, facts] of Object.entries<Parameters<typeof fakeSocket>[1]>({
    "where the server's options are not known": { protocol: "TLSv1.2", server: fakeServer() },
    "where the server has other options": {
      protocol: "TLSv1.2",
      server: fakeServer({ secureOptions: constants.SSL_OP_NO_TICKET }),
    },
    "where the protocol is not known": { protocol: null },
  })) {
    it(`is looked for ${where}`, () => {
      const socket = fakeSocket(issued.chain, facts);
      const connection = TlsConnection.of(socket, socket);
      present(connection);
      socket.show(other);
      expect(connection.generation).to.equal(1);
    });
  }
});
