import { Certificate, CertificateChainValidationEngine, CertificateRevocationList } from "pkijs";
import { holdsNames } from "../holds-names.ts";
import { pemBytes } from "../pem-bytes.ts";
import { readable } from "../readable.ts";
import type { Way } from "../way.ts";

/** As the documentation of the class shows: the leaf comes last, and revocation counts where a list says something. */
export const pkijsEngine: Way = async (test, time) => {
  const parse = (pem: string): Certificate => Certificate.fromBER(pemBytes(pem));
  const leaf = parse(test.leaf);
  const engine = new CertificateChainValidationEngine({
    trustedCerts: readable(test.trusted, parse),
    certs: [...readable(test.intermediates, parse), leaf],
    crls: test.lists.map((pem) => CertificateRevocationList.fromBER(pemBytes(pem))),
    checkDate: new Date(time),
  });
  const { accepted, requireExplicit, inhibitMapping, inhibitAny } = test.policies;
  const { result } = await engine.verify({
    ...(accepted === undefined ? {} : { initialPolicySet: [...accepted] }),
    initialExplicitPolicy: requireExplicit,
    initialPolicyMappingInhibit: inhibitMapping,
    initialInhibitPolicy: inhibitAny,
    passedWhenNotRevValues: test.revocation === "if-covered",
  });
  return result && holdsNames(test);
};
