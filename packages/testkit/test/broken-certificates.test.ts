import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";

import { expect } from "chai";

import {
  authority,
  brokenCertificates,
  der,
  fakeClock,
  requireTool,
  runOpenssl,
  soundChain,
  type BrokenCertificateName,
  type IssuedChain,
  type RawCertificateParts,
} from "@mtls-shield/testkit";

const clock = fakeClock(Date.UTC(2030, 0, 1));
const entries = Object.values(brokenCertificates);

/** The defects that take more than one part of a certificate, or another shape of chain. */
const wider: Readonly<Partial<Record<BrokenCertificateName, readonly string[]>>> = {
  "unknown-root": ["1.issuer"],
  "missing-intermediate": ["length"],
  "self-signed-leaf": ["length"],
  "version-1-intermediate": ["1.version", "1.extensions"],
  "version-1-written-out": ["0.version", "0.extensions"],
  "path-length-exceeded": ["length"],
  "policy-mismatch": ["0.extensions", "1.extensions"],
  "inhibit-any-policy": ["0.extensions", "1.extensions"],
  "policy-mapping-inhibited": ["length"],
  "root-path-length-exceeded": [],
  "impostor-root": [],
  "sha1-rsa-leaf": ["0.innerSignatureAlgorithm", "1.subjectPublicKeyInfo"],
  "sha1-rsa-pss-leaf": ["0.innerSignatureAlgorithm", "1.subjectPublicKeyInfo"],
  "md5-rsa-leaf": ["0.innerSignatureAlgorithm", "1.subjectPublicKeyInfo"],
  "signature-algorithms-differ": ["0.innerSignatureAlgorithm", "0.outerSignatureAlgorithm"],
  // The key of the issuer names the algorithm of the leaf's signature.
  "signature-parameters-differ": [
    "0.innerSignatureAlgorithm",
    "0.outerSignatureAlgorithm",
    "1.subjectPublicKeyInfo",
  ],
  "rsa-1024-intermediate": ["0.innerSignatureAlgorithm", "1.subjectPublicKeyInfo"],
};

/** A part with what is new in every certificate (keys, identifiers, serial numbers) left out. */
function comparable(name: string, value: unknown): string {
  if (name === "extensions") {
    return (value as Uint8Array[]).map((one) => comparable("extension", one)).join();
  }
  if (typeof value === "function") return "changed";
  const bytes = value as Uint8Array;
  const hex = Buffer.from(bytes).toString("hex");
  if (name === "serialNumber") return bytes.length === 18 ? "random" : hex;
  if (name === "subjectPublicKeyInfo") {
    const [algorithm, bits] = der.split(bytes);
    const [unusedBits, first] = der.contentOf(bits!);
    return `${Buffer.from(algorithm!).toString("hex")}:${bits!.length}:${unusedBits!}:${first!}`;
  }
  const isKeyIdentifier = hex.includes("0603551d23") || hex.includes("0603551d0e");
  return isKeyIdentifier ? hex.slice(0, 16) : hex;
}

function differences(broken: IssuedChain, sound: IssuedChain): string[] {
  if (broken.chain.length !== sound.chain.length) return ["length"];
  return broken.chain.flatMap(({ parts }, index) => {
    const soundParts = sound.chain[index]!.parts;
    const names = Object.keys({ ...soundParts, ...parts }) as (keyof RawCertificateParts)[];
    return names
      .filter((name) => name !== "sign")
      .filter((name) => {
        const [a, b] = [parts[name], soundParts[name]];
        return a === undefined || b === undefined || comparable(name, a) !== comparable(name, b);
      })
      .map((name) => `${index}.${name}`);
  });
}

/** What a server sees of the client's leaf, or undefined when the client cannot show it. */
async function presentedLeaf(issued: IssuedChain): Promise<Buffer | undefined> {
  const served = authority().server();
  const server = createServer({
    cert: served.chainPem,
    key: served.leaf.privateKeyPem,
    ca: issued.root.pem,
    requestCert: true,
    rejectUnauthorized: false,
  });
  try {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const seen = new Promise<Buffer | undefined>((resolve) => {
      server.on("secureConnection", (socket) => {
        socket.on("error", () => undefined);
        const { raw } = socket.getPeerCertificate() as { readonly raw?: Buffer };
        resolve(raw);
      });
      server.on("tlsClientError", () => {
        resolve(undefined);
      });
    });
    const client = connect({
      port: (server.address() as AddressInfo).port,
      cert: issued.chainPem,
      key: issued.leaf.privateKeyPem,
      ca: served.root.pem,
      servername: "localhost",
    });
    client.on("error", () => undefined);
    const leaf = await seen;
    client.destroy();
    return leaf;
  } finally {
    server.close();
  }
}

describe("the sound chain", () => {
  it("is one that openssl accepts", function () {
    requireTool(this, "openssl");
    const { root, chainPem, leaf } = soundChain();
    const { status, stderr } = runOpenssl(
      [
        ...["verify", "-x509_strict", "-purpose", "sslclient"],
        ...["-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem"],
      ],
      { files: { "root.pem": root.pem, "chain.pem": chainPem, "leaf.pem": leaf.pem } },
    );
    expect([stderr, status]).to.deep.equal(["", 0]);
  });

  it("does not differ from another one but for keys and serial numbers", () => {
    expect(differences(soundChain({ clock }), soundChain({ clock }))).to.deep.equal([]);
  });

  it("goes through a handshake", async () => {
    const issued = soundChain();
    expect(await presentedLeaf(issued)).to.deep.equal(Buffer.from(issued.leaf.der));
  });
});

describe("the broken certificates", () => {
  it("are named after their keys", () => {
    expect(entries.map(({ name }) => name)).to.deep.equal(Object.keys(brokenCertificates));
  });

  for (const { name, defect, handshake, make } of entries) {
    it(`differ in one respect: ${defect}`, () => {
      const found = differences(make({ clock }), soundChain({ clock }));
      const declared = wider[name];
      if (declared !== undefined) expect(found).to.include.members([...declared]);
      expect(found.length).to.be.at.most(Math.max(1, declared?.length ?? 1));
    });

    if (handshake) {
      it(`go through a handshake unchanged: ${name}`, async () => {
        const issued = make();
        const presented = await presentedLeaf(issued).catch((error: unknown) => error);
        // The OpenSSL of newer Nodes refuses to load some of them, so that only other clients can send them.
        if (presented instanceof Error)
          expect(presented)
            .to.have.property("code")
            .that.matches(/^ERR_OSSL_/);
        else expect(presented).to.deep.equal(Buffer.from(issued.leaf.der));
      });
    }
  }
});
