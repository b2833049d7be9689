export * as der from "./der-writer.ts";
export * as extensions from "./certificate-extensions.ts";
export {
  brokenCertificates,
  soundChain,
  type BrokenCertificate,
  type BrokenCertificateName,
} from "./broken-certificates.ts";
export type { ExpectedRefusal, MakeOptions } from "./broken/broken-certificate.ts";
export type { AlternativeNames, KeyUsageName, PurposeName } from "./certificate-extensions.ts";
export { callApi, type ApiAnswer, type ApiCall } from "./call-api.ts";
export { distinguishedName, type AttributeName } from "./distinguished-name.ts";
export { fakeClock, type FakeClock } from "./fake-clock.ts";
export { fakeTimers } from "./fake-timers.ts";
export { nodeShowsIntermediates } from "./node-shows-intermediates.ts";
export { callWithOpenssl, type OpensslAnswer, type OpensslCall } from "./openssl-client.ts";
export {
  requireOpensslRelease,
  requireTool,
  runOpenssl,
  type OpensslResult,
  type SkippableTest,
} from "./openssl.ts";
export { issueRaw, type RawCertificateParts } from "./raw-certificate.ts";
export { startServer, type RunningServer } from "./running-server.ts";
export { signatureScheme, usualScheme, type SignatureSchemeName } from "./signature-scheme.ts";
export {
  incrementInStore,
  storeContract,
  type ContractedStore,
  type MakeStore,
} from "./store-contract.ts";
export {
  authority,
  type AuthorityChanges,
  type CertificateChanges,
  type IssuedChain,
  type LeafChanges,
  type RootChanges,
  type StandardExtension,
  type TestAuthority,
  type TestCertificate,
} from "./test-authority.ts";
export * from "./test-crl.ts";
export * from "./test-ocsp.ts";
export { testKeyPair, type TestKeyAlgorithm, type TestKeyPair } from "./test-key-pair.ts";
