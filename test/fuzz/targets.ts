import { checkRevocationTarget } from "./targets/check-revocation.ts";
import { identifyClientTarget } from "./targets/identify-client.ts";
import { judgeOcspTarget } from "./targets/judge-ocsp.ts";
import { parseCertificateTarget } from "./targets/parse-certificate.ts";
import { parseListTarget } from "./targets/parse-list.ts";
import { parsePemTarget } from "./targets/parse-pem.ts";
import { readNamesTarget } from "./targets/read-names.ts";
import { trustSetTarget } from "./targets/trust-set.ts";
import { verifyChainTarget } from "./targets/verify-chain.ts";
import type { Corpus } from "./seeds/corpus.ts";
import type { Target } from "./target.ts";

/** Everything that hostile bytes can reach. */
export function allTargets(corpus: Corpus): readonly Target<unknown>[] {
  return [
    parseCertificateTarget(corpus),
    verifyChainTarget(corpus),
    identifyClientTarget(corpus),
    trustSetTarget(corpus),
    parsePemTarget(corpus),
    parseListTarget(corpus),
    checkRevocationTarget(corpus),
    judgeOcspTarget(corpus),
    readNamesTarget,
  ] as readonly Target<unknown>[];
}
