import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

const start = fileURLToPath(new URL("start.js", import.meta.url));
const run = promisify(execFile);

const soakFigures = [
  "seconds",
  "kinds",
  "requests",
  "reloads",
  "failedReloads",
  "lists",
  "wronglyAdmitted",
  "wronglyRefused",
  "serverErrors",
  "unhandledRejections",
  "memoryGrowth",
  "residentMb",
  "descriptorGrowth",
];

const attackNames = [
  "2000IdleHandshakes",
  "halfOpenHandshakes",
  "floodsOfHeaders",
  "floodsOfRefusedRequests",
  "91CertificatesOfASlowCurve",
  "64KBOfCertificates",
  "aChainOf100",
  "rsa16384InTheChain",
  "allTogether",
];

describe("npm run bench", () => {
  it("measures every figure, in a run too short to say anything of their size", async function () {
    this.timeout(240_000);
    const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    const file = join(folder, "figures.json");
    try {
      const { stdout } = await run(process.execPath, [start, "--quick", "--json", file]);
      const figures = JSON.parse(readFileSync(file, "utf8")) as Record<string, number>;
      expect(figures).to.have.all.keys(
        "request.decide.ns",
        "request.express.ratio",
        "request.express.addedUs",
        "request.express.emptyUs",
        "request.express.peerRatio",
        "request.koa.ratio",
        "request.koa.addedUs",
        "request.koa.emptyUs",
        "verify.p256.ratio",
        "verify.p256.us",
        "verify.p256.bareUs",
        "verify.p256.rememberedRatio",
        "verify.rsa2048.ratio",
        "verify.rsa2048.us",
        "verify.rsa2048.bareUs",
        "verify.p256.unknownRatio",
        "verify.p256.unknownUs",
        "verify.vs.pkijs",
        "verify.pkijs.us",
        "verify.vs.forge",
        "verify.forge.us",
        "parse.certificate.us",
        "parse.certificate.x509Us",
        "parse.certificate.asn1Us",
        "pathological.distinctNames.ms",
        "pathological.distinctNames.pkijsMs",
        "pathological.oneName.ms",
        "pathological.oneName.pkijsMs",
        "pathological.constrainedNames.ms",
        "pathological.constrainedNames.pkijsMs",
        "reload.2roots.pauseMs",
        "reload.100roots.pauseMs",
        ...soakFigures.map((name) => `soak.${name}`),
        ...attackNames.map((name) => `hostile.${name}.p99Ratio`),
        "crl.1m.load.ms",
        "crl.1m.load.opensslMs",
        "crl.1m.load.vs.openssl",
        "crl.1m.bytesPerEntry",
        "crl.1m.peakMb",
        "crl.1m.lookup.ns",
        "crl.1m.lookup.hitNs",
        "crl.1m.lookup.missNs",
        "crl.1m.pause.der.ms",
        "crl.1m.pause.pem.ms",
        "crl.1m.pause.ms",
        ...[
          "longSerials",
          "mixedSerials",
          "reasons",
          "issuers",
          "sequential",
          "equalLowBits",
        ].flatMap((shape) =>
          ["bytesBesideSerial", "peakMb", "lookup.ns", "pause.ms"].map(
            (name) => `crl.shape.${shape}.${name}`,
          ),
        ),
      );
      for (const [name, value] of Object.entries(figures)) {
        expect(value, name).to.satisfy(Number.isFinite);
        expect(stdout).to.contain(name);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("names the suites when it is asked for one that it has not", async () => {
    const error = await run(process.execPath, [start, "nothing"]).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property("code", 2);
    expect(error)
      .to.have.property("stderr")
      .that.contains("decide, verify, parse, libraries, pathological, request, crl");
  });
});
