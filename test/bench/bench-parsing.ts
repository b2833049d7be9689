import { X509Certificate } from "node:crypto";
import { authority } from "@mtls-shield/testkit";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate as Asn1Certificate } from "@peculiar/asn1-x509";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";
import { timeInTurns } from "./paired.ts";
import { parse } from "./verification-parts.ts";

/** Parsing the certificate of a client, beside Node's own parser and the one that most libraries stand on. */
export async function benchParsing({ quick }: Effort): Promise<readonly Figure[]> {
  const issuing = authority().intermediate();
  const certificates = Array.from(
    { length: quick ? 10 : 200 },
    (_, index) =>
      issuing.client({
        commonName: `client ${index}`,
        dnsNames: [`client-${index}.corp.example`],
        spiffeId: `spiffe://corp.example/client/${index}`,
      }).leaf.der,
  );
  const slices = quick ? 6 : 60;
  const node = await timeInTurns(certificates, slices, parse, (der) => new X509Certificate(der));
  const asn1 = await timeInTurns(certificates, slices, parse, (der) =>
    AsnConvert.parse(der, Asn1Certificate),
  );
  return [
    figure("parse.certificate.us", node.first, "us"),
    figure("parse.certificate.x509Us", node.second, "us"),
    figure("parse.certificate.asn1Us", asn1.second, "us"),
  ];
}
