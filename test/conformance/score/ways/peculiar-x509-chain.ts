import "reflect-metadata";
import { X509Certificate, X509ChainBuilder } from "@peculiar/x509";
import { holdsNames } from "../holds-names.ts";
import { pemBytes } from "../pem-bytes.ts";
import { readable } from "../readable.ts";
import type { Way } from "../way.ts";

/** The chain that the builder finds, up to a trusted certificate; then each signature and the dates. */
export const peculiarX509Chain: Way = async (test, time) => {
  const parse = (pem: string): X509Certificate => new X509Certificate(pemBytes(pem));
  const anchors = readable(test.trusted, parse);
  const certificates = [...anchors, ...readable(test.intermediates, parse)];
  const chain = [...(await new X509ChainBuilder({ certificates }).build(parse(test.leaf)))];
  const end = chain.findIndex((certificate, index) => index > 0 && anchors.includes(certificate));
  if (end === -1) return false;
  for (const [index, certificate] of chain.slice(0, end + 1).entries()) {
    const date = new Date(time);
    const issuer = chain[index + 1];
    const isSound =
      index === end || issuer === undefined
        ? certificate.notBefore <= date && date <= certificate.notAfter
        : await certificate.verify({ publicKey: issuer, date });
    if (!isSound) return false;
  }
  return holdsNames(test);
};
