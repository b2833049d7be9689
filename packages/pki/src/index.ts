export type { AlternativeNames } from "./alternative-names.ts";
export {
  createAuthority,
  type AuthorityOptions,
  type CertificateAuthority,
  type CertificateOptions,
  type ClientOptions,
  type IntermediateOptions,
  type ServerOptions,
} from "./certificate-authority.ts";
export type {
  EncryptedKeyOptions,
  IssuedCertificate,
  Pkcs12Options,
} from "./issued-certificate.ts";
export type { KeyAlgorithm } from "./key-pair.ts";
export { PkiError } from "./pki-error.ts";
export type { Subject } from "./subject-name.ts";
export type { ValidityOptions } from "./validity.ts";
