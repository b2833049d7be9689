import forge from "node-forge";
import { holdsNames } from "../holds-names.ts";
import { readable } from "../readable.ts";
import type { Way } from "../way.ts";

/** It verifies a chain that is in order, so the pool is put in order first; keys other than RSA it cannot read. */
export const nodeForgeChain: Way = (test, time) => {
  const parse = (pem: string): forge.pki.Certificate => forge.pki.certificateFromPem(pem);
  const store = forge.pki.createCaStore(readable(test.trusted, parse));
  const pool = readable(test.intermediates, parse);
  const chain = [parse(test.leaf)];
  for (let last = chain[0]; last && !store.getIssuer(last); last = chain.at(-1)) {
    const issuer = pool.find((candidate) => !chain.includes(candidate) && signed(candidate, last));
    if (issuer === undefined) break;
    chain.push(issuer);
  }
  return (
    forge.pki.verifyCertificateChain(store, chain, { validityCheckDate: new Date(time) }) &&
    holdsNames(test)
  );
};

function signed(issuer: forge.pki.Certificate, certificate: forge.pki.Certificate): boolean {
  try {
    return certificate.isIssuer(issuer) && issuer.verify(certificate);
  } catch {
    return false;
  }
}
