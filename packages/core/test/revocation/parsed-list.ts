import type { TestCrl } from "@mtls-shield/testkit";

import { parseCertificateList, type CertificateList } from "../../src/x509/certificate-list.ts";

/** A CRL of the testkit, parsed by the engine; one that it cannot parse fails the test. */
export function parsedList({ der: bytes }: Pick<TestCrl, "der">): CertificateList {
  const list = parseCertificateList(bytes);
  if (typeof list === "string") throw new Error(`The engine cannot parse it: ${list}`);
  return list;
}
