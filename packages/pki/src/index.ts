export type { AlternativeNames } from "./alternative-names.ts";
export {
  createAuthority,
  type AuthorityOptions,
  type CertificateAuthority,
  type CertificateOptions,
  type ClientOptions,
  type CrlSignerOptions,
  type IntermediateOptions,
  type OcspResponderCertificateOptions,
  type ServerOptions,
} from "./certificate-authority.ts";
export type {
  EncryptedKeyOptions,
  IssuedCertificate,
  Pkcs12Options,
} from "./issued-certificate.ts";
export type { KeyAlgorithm } from "./key-pair.ts";
export type { KoaOcspContext, OcspResponder, OcspResponderOptions } from "./ocsp-responder.ts";
export { PkiError } from "./pki-error.ts";
export type { CrlOptions, RevocationList } from "./revocation-list.ts";
export type { RevocationReason } from "./revocation-reason.ts";
export type { RevocableCertificate, Revocation, RevokeOptions } from "./revocation-register.ts";
export type { CertificateWithKey } from "./signing-identity.ts";
export type { LeafStatusLocation, StatusLocation } from "./status-location.ts";
export type { Subject } from "./subject-name.ts";
export type { ValidityOptions } from "./validity.ts";
