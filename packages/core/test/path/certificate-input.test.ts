import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { expect } from "chai";

import { authority, der, requireTool, runOpenssl } from "@mtls-shield/testkit";

import { ConfigError } from "../../src/base/config-error.ts";
import { readBlocks, readCertificates } from "../../src/path/certificate-input.ts";
import { configErrorOf } from "../config-error-of.ts";
import { inFolder } from "../temporary-folder.ts";

const a = authority({ commonName: "A" }).certificate;
const b = authority({ commonName: "B" }).certificate;

/** The names of the certificates that are read. */
function namesIn(input: unknown): readonly string[] {
  return readCertificates(input, "trust").map(({ subject }) => subject.text);
}

function errorOf(input: unknown) {
  return configErrorOf(() => readCertificates(input, "trust"));
}

function bundle(...pems: readonly string[]): Buffer {
  const files = { "all.pem": pems.join("") };
  const args = ["crl2pkcs7", "-nocrl", "-certfile", "all.pem", "-outform", "DER"];
  const { status, stdout, stderr } = runOpenssl(args, { files });
  expect([status, stderr]).to.deep.equal([0, ""]);
  return stdout;
}

function pemOf(label: string, bytes: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString("base64")}\n-----END ${label}-----\n`;
}

describe("the URL of a certificate", () => {
  it("is one of this machine", () => {
    for (const text of ["file://elsewhere/ca.crt", "file:///a%2Fb"]) {
      expect(() => readCertificates(new URL(text), "trust")).to.throw(
        ConfigError,
        "trust: names no file of this machine",
      );
    }
  });
});

describe("readCertificates", () => {
  it("reads PEM text, one block or several", () => {
    expect(namesIn(a.pem)).to.deep.equal(["CN=A"]);
    expect(namesIn(`issued for tests\n${a.pem}\n${b.pem}`)).to.deep.equal(["CN=A", "CN=B"]);
  });

  it("reads PEM and DER as bytes", () => {
    expect(namesIn(Buffer.from(a.pem))).to.deep.equal(["CN=A"]);
    expect(namesIn(a.der)).to.deep.equal(["CN=A"]);
    expect(namesIn(Buffer.from(a.der))).to.deep.equal(["CN=A"]);
  });

  it("reads lists of all that, however deep", () => {
    expect(namesIn([a.pem, [b.der, [Buffer.from(a.pem)]], []])).to.deep.equal([
      "CN=A",
      "CN=B",
      "CN=A",
    ]);
  });

  it("reads the old label X509 CERTIFICATE", () => {
    expect(namesIn(pemOf("X509 CERTIFICATE", a.der))).to.deep.equal(["CN=A"]);
  });

  it("reads files, by path and by file: URL", () => {
    inFolder({ "a.pem": a.pem, "b.der": b.der }, (folder) => {
      expect(namesIn(join(folder, "a.pem"))).to.deep.equal(["CN=A"]);
      expect(namesIn(pathToFileURL(join(folder, "b.der")))).to.deep.equal(["CN=B"]);
    });
  });

  it("reads the certificate files of a folder in the order of their names, and no others", () => {
    const files = {
      "b.crt": b.pem,
      "a.PEM": a.pem,
      "c.cer": a.der,
      "d.der": b.der,
      "README.md": "not a certificate",
      "key.txt": a.privateKeyPem,
    };
    inFolder(files, (folder) => {
      mkdirSync(join(folder, "below.pem"));
      writeFileSync(join(folder, "below.pem", "z.pem"), "unread");
      expect(namesIn(folder)).to.deep.equal(["CN=A", "CN=B", "CN=A", "CN=B"]);
      expect(namesIn(pathToFileURL(folder))).to.have.length(4);
    });
  });

  it("reads nothing from an empty folder and an empty list, which the caller takes care of", () => {
    expect(inFolder({}, namesIn)).to.deep.equal([]);
    expect(namesIn([])).to.deep.equal([]);
  });
});

describe("readCertificates, PKCS #7", () => {
  beforeEach(function () {
    requireTool(this, "openssl");
  });

  it("reads a bundle that openssl made: as bytes, as PEM, as a file", () => {
    const bytes = bundle(a.pem, b.pem);
    expect(namesIn(bytes)).to.have.members(["CN=A", "CN=B"]);
    expect(namesIn(pemOf("PKCS7", bytes))).to.have.members(["CN=A", "CN=B"]);
    expect(namesIn(pemOf("CMS", bytes))).to.have.members(["CN=A", "CN=B"]);
    inFolder({ "all.p7b": bytes, "same.p7c": bytes }, (folder) => {
      expect(namesIn(join(folder, "all.p7b"))).to.have.members(["CN=A", "CN=B"]);
      expect(namesIn(folder)).to.have.length(4);
    });
  });

  it("names the certificate of a bundle that is malformed", () => {
    const signedData = der.sequence(
      der.integer(1),
      der.set(),
      der.sequence(der.oid("1.2.840.113549.1.7.1")),
      der.constructed(0, a.der, der.sequence()),
    );
    const bytes = der.sequence(der.oid("1.2.840.113549.1.7.2"), der.constructed(0, signedData));
    expect(errorOf(bytes).message).to.match(
      /^trust, certificate 2: the certificate is malformed: /,
    );
  });
});

describe("readCertificates, PKCS #7 by hand", () => {
  const signedDataOf = (...parts: readonly Uint8Array[]) =>
    der.sequence(
      der.oid("1.2.840.113549.1.7.2"),
      der.constructed(0, der.sequence(der.integer(1), der.set(), der.sequence(), ...parts)),
    );

  it("finds nothing in a bundle without certificates", () => {
    expect(namesIn(signedDataOf())).to.deep.equal([]);
    expect(namesIn(signedDataOf(der.constructed(0)))).to.deep.equal([]);
  });

  for (const [defect, bytes] of Object.entries({
    "holds no content": der.sequence(der.oid("1.2.840.113549.1.7.2")),
    "holds something else among its certificates": signedDataOf(
      der.constructed(0, der.constructed(1)),
    ),
    "is cut short": signedDataOf(der.constructed(0, a.der)).subarray(0, 40),
  })) {
    it(`says so when a bundle ${defect}`, () => {
      const error = errorOf(pemOf("PKCS7", bytes));
      expect(error.message).to.match(/^trust: the PKCS #7 bundle is malformed: .* openssl pkcs7/);
      expect(error.cause).to.be.instanceOf(Error);
    });
  }

  it("does not take another content type for a bundle", () => {
    const data = der.sequence(
      der.oid("1.2.840.113549.1.7.1"),
      der.constructed(0, der.octetString()),
    );
    expect(errorOf(data).message).to.include("the certificate is malformed");
  });
});

describe("readCertificates, what cannot be read", () => {
  for (const [what, input] of [
    ["null", null],
    ["undefined", undefined],
    ["number", 1],
    ["boolean", true],
    ["object", { roots: a.pem }],
    ["function", () => a.pem],
  ] as const) {
    it(`is ${what}`, () => {
      const error = errorOf(input);
      expect(error.message).to.match(
        new RegExp(`^trust: a certificate cannot be read from ${what}\\. Pass PEM text`),
      );
    });
  }

  it("is named by its place in a list", () => {
    expect(errorOf([a.pem, [b.pem, 7]]).option).to.equal("trust[1][1]");
    expect(errorOf([`${a.pem}${pemOf("CERTIFICATE", der.sequence())}`]).option).to.equal(
      "trust[0], block 2",
    );
  });

  it("is an empty text, an empty file, or empty bytes", () => {
    expect(errorOf("").message).to.equal("trust: is empty. Pass PEM text, DER bytes, or a path.");
    expect(errorOf(" \n").message).to.include("is empty");
    expect(errorOf(new Uint8Array()).message).to.include("is empty");
    inFolder({ "a.pem": "" }, (folder) => {
      const file = join(folder, "a.pem");
      expect(errorOf(file).message).to.equal(
        `trust (${file}): is empty. Pass a file that holds certificates.`,
      );
    });
  });

  it("is a file that does not exist", () => {
    const error = errorOf("no-such-file.pem");
    expect(error.message).to.match(/^trust: the file cannot be read: ENOENT.*taken for a path\.$/);
    expect(error.cause).to.have.property("code", "ENOENT");
  });

  it("is a certificate in base64 without its boundary lines, which is taken for a path", () => {
    const error = errorOf(Buffer.from(a.der).toString("base64"));
    expect(error.message).to.include("A string without a PEM block is taken for a path.");
  });

  it("is a file in a folder that cannot be read", function () {
    if (process.getuid?.() === 0) {
      inFolder({ "b.pem": b.pem }, (folder) => {
        symlinkSync(join(folder, "nowhere"), join(folder, "a.pem"));
        expect(errorOf(folder).message).to.match(/^trust: the file cannot be read: ENOENT/);
      });
      return;
    }
    inFolder({ "a.pem": a.pem }, (folder) => {
      chmodSync(join(folder, "a.pem"), 0);
      expect(errorOf(folder).message).to.match(/^trust: the file cannot be read: EACCES/);
    });
  });

  it("is named by its file when that lies in a folder", () => {
    inFolder({ "a.pem": a.pem, "b.pem": "just text" }, (folder) => {
      expect(errorOf(folder).message).to.match(/^trust \(.*b\.pem\): holds no PEM block\./);
    });
  });

  for (const url of ["https://example.com/ca.pem", "http://example.com/", "data:,a"]) {
    it(`is the URL ${url}`, () => {
      const error = errorOf(new URL(url));
      expect(error.message).to.equal(
        `trust: ${new URL(url).protocol} is not read. Download the certificates first, and pass a file: URL or a path.`,
      );
    });
  }

  it("is PEM that is cut off, with the line that says so", () => {
    expect(errorOf(a.pem.slice(0, -30)).message).to.match(
      /^trust: the PEM text is malformed: .*\. Copy it again, whole\.$/,
    );
  });

  it("is a text without a block, given as bytes", () => {
    expect(errorOf(Buffer.from("hello")).message).to.include("holds no PEM block");
  });

  it("is DER with something after it", () => {
    expect(errorOf(der.concat(a.der, der.bytes(0))).message).to.equal(
      "trust: the certificate is malformed: bytes are left over. Export it again as PEM or DER.",
    );
  });

  it("is PEM whose block holds two certificates", () => {
    expect(errorOf(pemOf("CERTIFICATE", der.concat(a.der, b.der))).message).to.include(
      "bytes are left over",
    );
  });

  it("is a DER value that is no certificate", () => {
    const spki = a.publicKey.export({ type: "spki", format: "der" });
    expect(errorOf(spki).message).to.include("the certificate is malformed");
    expect(errorOf(der.bytes(0x30)).message).to.include("the certificate is malformed");
  });

  it("is a private key, which has no place there at all", () => {
    const message =
      "trust: holds a private key where certificates are due. " +
      "Pass the certificate alone, and keep the authority's private key away from the API.";
    expect(errorOf(a.privateKeyPem).message).to.equal(message);
    for (const label of ["EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]) {
      expect(errorOf(pemOf(label, der.sequence())).message).to.equal(message);
    }
    expect(errorOf(`${a.pem}${a.privateKeyPem}`).option).to.equal("trust, block 2");
  });

  it("never shows the private key in the message", () => {
    const secret = a.privateKeyPem.split("\n")[1]!;
    const { message, stack } = errorOf(`${a.pem}${a.privateKeyPem}`);
    expect(`${message}${stack ?? ""}`).to.not.include(secret);
  });

  for (const label of ["CERTIFICATE REQUEST", "X509 CRL", "PUBLIC KEY", "TRUSTED CERTIFICATE"]) {
    it(`is a ${label} block`, () => {
      expect(errorOf(pemOf(label, a.der)).message).to.equal(
        `trust: holds a ${label} block where certificates are due. Pass -----BEGIN CERTIFICATE----- blocks only.`,
      );
    });
  }
});

describe("readBlocks", () => {
  it("returns every block with its label and its place", () => {
    const text = `${a.pem}${pemOf("PUBLIC KEY", der.sequence())}`;
    const blocks = readBlocks([text], "pinned").map(({ label, origin }) => [label, origin]);
    expect(blocks).to.deep.equal([
      ["CERTIFICATE", "pinned[0], block 1"],
      ["PUBLIC KEY", "pinned[0], block 2"],
    ]);
  });
});
