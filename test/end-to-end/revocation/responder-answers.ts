import {
  authority,
  ocspResponse,
  type OcspChanges,
  type OcspSingleChanges,
  type TestCertificate,
} from "@mtls-shield/testkit";
import type { Behaviour, StatusQuery } from "./fake-responder.ts";

/** The authority that clients are of, and that answers unless somebody else is said to. */
export const ca = authority();

/** What is said of whatever certificate is asked about. */
export function says(
  single: Omit<OcspSingleChanges, "serialNumber"> = {},
  { signer = ca.certificate, ...changes }: OcspChanges & { readonly signer?: TestCertificate } = {},
) {
  return ({ serialNumber, nonce }: StatusQuery): Uint8Array =>
    ocspResponse(signer, {
      issuer: ca.certificate,
      responses: [{ serialNumber, ...single }],
      ...(nonce && { nonce }),
      ...changes,
    });
}

/** The same bytes, whatever is asked. */
export function always(bytes: Uint8Array): Behaviour {
  return { answer: () => bytes };
}
