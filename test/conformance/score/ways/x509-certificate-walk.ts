import { X509Certificate } from "node:crypto";
import { holdsNames } from "../holds-names.ts";
import { readable } from "../readable.ts";
import type { Way } from "../way.ts";

/** What is written by hand on top of node:crypto: issuer, signature, dates, CA flag. */
export const x509CertificateWalk: Way = (test, time) => {
  const parse = (pem: string): X509Certificate => new X509Certificate(pem);
  const anchors = readable(test.trusted, parse);
  const pool = readable(test.intermediates, parse);
  const path = [parse(test.leaf)];
  for (let last = path[0]; last; last = path.at(-1)) {
    if (!isValid(last, time)) return false;
    const subject = last;
    const isIssuer = (candidate: X509Certificate): boolean =>
      candidate.ca && subject.checkIssued(candidate) && subject.verify(candidate.publicKey);
    const anchor = anchors.find(isIssuer);
    if (anchor !== undefined) return isValid(anchor, time) && holdsNames(test);
    const issuer = pool.find((candidate) => !path.includes(candidate) && isIssuer(candidate));
    if (issuer === undefined) return false;
    path.push(issuer);
  }
  return false;
};

function isValid(certificate: X509Certificate, time: number): boolean {
  return Date.parse(certificate.validFrom) <= time && time <= Date.parse(certificate.validTo);
}
