import {
  parseCertificateList,
  type CertificateList,
} from "../../../packages/core/src/x509/certificate-list.ts";
import { findFault } from "../../../packages/core/src/revocation/crl/crl-faults.ts";
import type { Corpus } from "../seeds/corpus.ts";
import { floodSigned, mutateSigned } from "../seeds/mutate-signed.ts";
import type { Finding, Target } from "../target.ts";

interface Input {
  readonly der: Uint8Array;
}

/** `parseCertificateList`, and everything that a CRL can be asked. */
export function parseListTarget(corpus: Corpus): Target<Input> {
  return {
    name: "list",
    share: 12,
    mutant: (random) => {
      const mutate = random.chance(0.02) ? floodSigned : mutateSigned;
      return mutate({ ...random.pick(corpus.lists), sign: undefined }, corpus, random);
    },
    run: ({ der }): Finding => {
      const list = parseCertificateList(der);
      if (typeof list === "string") return { stage: "unreadable", verdict: list, facts: list };
      const isHeld = Buffer.from(der).includes(list.signature);
      return {
        stage: "read",
        verdict: "read",
        facts: describe(list),
        fault: isHeld ? undefined : "its signature is none of the bytes that were given",
      };
    },
  };
}

function describe(list: CertificateList): string {
  const { entries, extensions, issuer, thisUpdate, nextUpdate, isDelta } = list;
  const found = [3, 4, 5, 6, 7].map((serialNumber) => entries.find(Buffer.of(serialNumber)));
  return JSON.stringify([
    issuer.text,
    thisUpdate,
    nextUpdate,
    isDelta,
    entries.count,
    found.map((ones) =>
      ones.map(({ reason, certificateIssuer }) => [reason, certificateIssuer?.length]),
    ),
    extensions.crlNumber?.toString(),
    findFault(list),
  ]);
}
