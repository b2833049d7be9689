import { dottedOid, oid } from "../../../packages/core/src/asn1/oids.ts";
import { parseCertificate, type Certificate } from "../../../packages/core/src/x509/certificate.ts";
import type { DistinguishedName } from "../../../packages/core/src/x509/distinguished-name.ts";
import { verifySignature } from "../../../packages/core/src/x509/signature.ts";
import type { Corpus } from "../seeds/corpus.ts";
import { floodSigned, mutateSigned } from "../seeds/mutate-signed.ts";
import type { Finding, Target } from "../target.ts";

interface Input {
  readonly der: Uint8Array;
  /** Importing a key costs as much as all the rest. */
  readonly usesKey: boolean;
}

/** `parseCertificate`, and everything that a certificate can be asked. */
export function parseCertificateTarget(corpus: Corpus): Target<Input> {
  return {
    name: "certificate",
    share: 44,
    mutant: (random) => {
      const seed = random.pick(corpus.certificates);
      const mutate = random.chance(0.006) ? floodSigned : mutateSigned;
      // Nobody checks the signature here.
      const { der } = mutate(
        { ...seed, sign: random.chance(0.02) ? seed.sign : undefined },
        corpus,
        random,
      );
      return { der, usesKey: random.chance(0.1) };
    },
    run: ({ der, usesKey }): Finding => {
      const certificate = parseCertificate(der);
      if (typeof certificate === "string") {
        return { stage: "unreadable", verdict: certificate, facts: certificate };
      }
      return {
        stage: "read",
        verdict: "read",
        facts: describe(certificate, usesKey),
        fault: findFault(certificate, der),
      };
    },
  };
}

function describe(certificate: Certificate, usesKey: boolean): string {
  const { subject, issuer, extensions, publicKey, signature, signedBytes, signatureAlgorithm } =
    certificate;
  const uses = usesKey
    ? [
        publicKey.keyObject?.asymmetricKeyType ?? "unusable",
        verifySignature(signatureAlgorithm, signedBytes, signature, publicKey),
      ]
    : [];
  return JSON.stringify([
    certificate.fingerprint,
    certificate.isCa,
    certificate.isSelfIssued,
    describeName(subject),
    describeName(issuer),
    extensions.subjectAltName?.length,
    [...extensions.all.keys()].map(dottedOid),
    uses,
  ]);
}

function describeName(name: DistinguishedName): readonly unknown[] {
  const { text, comparisonKey, relativeKeys, commonNames, emailAddresses } = name;
  return [text.length, comparisonKey.length, relativeKeys.length, commonNames, emailAddresses];
}

function findFault(certificate: Certificate, der: Uint8Array): string | undefined {
  const { subject, issuer, signedBytes, extensions } = certificate;
  if (!certificate.der.equals(der)) return "its bytes are not those that were given";
  if (!certificate.der.includes(signedBytes)) return "its signed bytes are none of its bytes";
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(subject.text + issuer.text)) {
    return "a printed name holds control characters";
  }
  if (![...extensions.all.keys()].every((key) => oid(dottedOid(key)) === key)) {
    return "an object identifier is printed as another";
  }
  return undefined;
}
