import { createPrivateKey, sign, X509Certificate, type KeyObject } from "node:crypto";

import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { Certificate, id_ce_subjectKeyIdentifier } from "@peculiar/asn1-x509";

import { element, objectIdentifier, sequence } from "./der-writer.ts";
import { PkiError } from "./pki-error.ts";
import type { RevocationRegister } from "./revocation-register.ts";

/** A certificate and its key: what `issueOcspResponder` and `issueCrlSigner` give. */
export interface CertificateWithKey {
  readonly der: Uint8Array;
  readonly privateKeyPem: string;
}

/** Who signs a list or an answer. */
export interface SigningIdentity {
  readonly der: Uint8Array;
  /** The subject, a whole Name. */
  readonly name: Uint8Array;
  /** The public key's bits without the BIT STRING around them, which RFC 6960 4.1.1 hashes. */
  readonly publicKeyBits: Uint8Array;
  readonly keyIdentifier: Uint8Array;
  /** Epoch milliseconds. */
  readonly notAfter: number;
  /** A whole AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** An authority as its lists and its OCSP answers need it. */
export interface StatusAuthority {
  readonly identity: SigningIdentity;
  readonly register: RevocationRegister;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

const curves: Readonly<Record<string, { readonly oid: string; readonly digest: string }>> = {
  prime256v1: { oid: "1.2.840.10045.4.3.2", digest: "sha256" },
  secp384r1: { oid: "1.2.840.10045.4.3.3", digest: "sha384" },
  secp521r1: { oid: "1.2.840.10045.4.3.4", digest: "sha512" },
};

export function signingIdentity(option: string, holder: CertificateWithKey): SigningIdentity {
  const { tbsCertificate } = AsnConvert.parse(holder.der, Certificate);
  const key = createPrivateKey(holder.privateKeyPem);
  if (!new X509Certificate(holder.der).checkPrivateKey(key)) {
    throw new PkiError(option, `"${option}" has the key of another certificate. Give its own.`);
  }
  const { algorithm, digest } = signatureScheme(option, key);
  const identifier = tbsCertificate.extensions?.find(
    ({ extnID }) => extnID === id_ce_subjectKeyIdentifier,
  );
  if (identifier === undefined) {
    throw new PkiError(
      option,
      `"${option}" has no subject key identifier. Use a certificate of this authority.`,
    );
  }
  return {
    der: holder.der,
    name: new Uint8Array(AsnConvert.serialize(tbsCertificate.subject)),
    publicKeyBits: new Uint8Array(tbsCertificate.subjectPublicKeyInfo.subjectPublicKey),
    keyIdentifier: new Uint8Array(
      AsnConvert.parse(identifier.extnValue.buffer, OctetString).buffer,
    ),
    notAfter: tbsCertificate.validity.notAfter.getTime().getTime(),
    signatureAlgorithm: algorithm,
    sign: (bytes) =>
      new Promise((resolve, reject) => {
        sign(digest, bytes, key, (error, signature) => {
          if (error === null) resolve(signature);
          else reject(error);
        });
      }),
  };
}

function signatureScheme(
  option: string,
  key: KeyObject,
): { readonly algorithm: Uint8Array; readonly digest: string | null } {
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (curve !== undefined) {
    return { algorithm: sequence(objectIdentifier(curve.oid)), digest: curve.digest };
  }
  if (key.asymmetricKeyType === "rsa") {
    // RFC 4055 5: these parameters are NULL, not left out.
    const oid = objectIdentifier("1.2.840.113549.1.1.11");
    return { algorithm: sequence(oid, element(0x05)), digest: "sha256" };
  }
  if (key.asymmetricKeyType === "ed25519") {
    return { algorithm: sequence(objectIdentifier("1.3.101.112")), digest: null };
  }
  throw new PkiError(
    option,
    `"${option}" has a key that this package does not sign with. Issue it from this authority.`,
  );
}
