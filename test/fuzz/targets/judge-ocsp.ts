import {
  authority,
  der,
  ocspDelegate,
  ocspResponse,
  type OcspChanges,
  type TestCertificate,
} from "@mtls-shield/testkit";
import { judgeOcspResponse } from "../../../packages/core/src/revocation/ocsp/ocsp-judgement.ts";
import { parseCertificate, type Certificate } from "../../../packages/core/src/x509/certificate.ts";
import { parseOcspResponse } from "../../../packages/core/src/x509/ocsp-response.ts";
import { noLegacy } from "../../../packages/core/src/x509/signature.ts";
import { mutateBytes } from "../der/mutate-bytes.ts";
import type { Corpus } from "../seeds/corpus.ts";
import { floodSigned, mutateSigned } from "../seeds/mutate-signed.ts";
import { moment } from "../seeds/seed-chain.ts";
import { foreignSeed, type SignedSeed } from "../seeds/signed-seed.ts";
import type { Finding, Target } from "../target.ts";

interface Input {
  readonly response: Buffer;
  /** Whether somebody who may sign has signed it as it is. */
  readonly isSigned: boolean;
  readonly certificate: Buffer;
  readonly issuer: Buffer;
  readonly delegate: Buffer;
}

/** `parseOcspResponse` and `judgeOcspResponse`: most mutants are signed anew, by the issuer or by a delegate. */
export function judgeOcspTarget(corpus: Corpus): Target<Input> {
  const root = authority({ clock: () => moment });
  const { leaf } = root.client();
  const delegate = ocspDelegate(root);
  const seeds = responseSeeds(root.certificate, delegate, leaf);
  const genuine = new Set(seeds.map(({ tree }) => tree.children?.[0]?.der.toString("latin1")));
  const certificates = {
    certificate: Buffer.from(leaf.der),
    issuer: Buffer.from(root.certificate.der),
    delegate: Buffer.from(delegate.der),
  };
  return {
    name: "ocsp",
    share: 4,
    mutant: (random) => {
      const seed = random.pick(seeds);
      if (random.chance(0.1)) {
        const response = mutateBytes(responseOf(seed.der), random.pick(seeds).der, random);
        return { response, isSigned: false, ...certificates };
      }
      const mutate = random.chance(0.02) ? floodSigned : mutateSigned;
      const { der: basic, isSigned } = mutate(seed, corpus, random);
      return { response: responseOf(basic), isSigned, ...certificates };
    },
    run: (input): Finding => {
      const response = parseOcspResponse(input.response);
      if (typeof response === "string") {
        return { stage: "unreadable", verdict: response, facts: response };
      }
      const verdict = judgeOcspResponse(response, {
        certificate: parse(input.certificate),
        issuer: parse(input.issuer),
        now: moment,
        toleranceMs: 0,
        maxAgeMs: undefined,
        nonce: undefined,
        signers: [],
        delegates: [input.delegate],
        legacy: noLegacy,
        isSignerRevoked: () => false,
      });
      const facts = JSON.stringify(verdict);
      switch (verdict.outcome) {
        case "error":
          return { stage: "read", verdict: verdict.status, facts };
        case "refused":
          return { stage: "judged", verdict: verdict.problem, facts };
        case "answered": {
          const signedBytes = "signedBytes" in response ? response.signedBytes : input.response;
          const isGenuine = input.isSigned || genuine.has(signedBytes.toString("latin1"));
          const fault = isGenuine ? undefined : "a response that nobody signed is an answer";
          return { stage: "verified", verdict: verdict.status, facts, fault };
        }
      }
    },
  };
}

/** Basic responses, which are signed as certificates are. */
function responseSeeds(
  issuer: TestCertificate,
  delegate: TestCertificate,
  certificate: TestCertificate,
): readonly SignedSeed[] {
  const seed = (signer: TestCertificate, changes: OcspChanges): SignedSeed => {
    let sign: SignedSeed["sign"];
    const bytes = ocspResponse(signer, {
      now: moment,
      issuer,
      ...changes,
      raw: (sound) => {
        sign = sound.sign;
        return sound;
      },
    });
    return { ...foreignSeed(basicOf(bytes)), sign, isCheap: true };
  };
  const certificates = [delegate];
  return [
    seed(issuer, { responses: [certificate], nonce: Buffer.alloc(32, 7) }),
    seed(issuer, {
      responses: [
        { certificate, status: "revoked", reason: "superseded", hash: "sha256" },
        { serialNumber: 7, status: "unknown" },
      ],
      responder: "key",
    }),
    seed(delegate, { responses: [certificate], certificates }),
    seed(delegate, { responses: [certificate], certificates, responder: "key" }),
  ];
}

/** What is within a response: the OCTET STRING in its second field. */
function basicOf(response: Uint8Array): Uint8Array {
  const [, wrapper] = der.split(response);
  const [, octets] = der.split(der.contentOf(wrapper!));
  return der.contentOf(octets!);
}

function responseOf(basic: Uint8Array): Buffer {
  const bytes = der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octetString(basic));
  return Buffer.from(der.sequence(der.tlv(0x0a, der.bytes(0)), der.constructed(0, bytes)));
}

function parse(bytes: Buffer): Certificate {
  const certificate = parseCertificate(bytes);
  if (typeof certificate === "string") throw new Error(certificate);
  return certificate;
}
