import { sha256, toHex } from "../../../packages/core/src/base/bytes.ts";
import { defaultLimits } from "../../../packages/core/src/base/limits.ts";
import { identifyClient } from "../../../packages/core/src/identity/client-identity.ts";
import { TrustSet } from "../../../packages/core/src/path/trust-set.ts";
import { verifyClient } from "../../../packages/core/src/path/verify-client.ts";
import { readShieldOptions } from "../../../packages/core/src/shield-options.ts";
import { parseCertificate } from "../../../packages/core/src/x509/certificate.ts";
import type { Random } from "../random.ts";
import type { Corpus } from "../seeds/corpus.ts";
import { mutateParts, type ChainMutant } from "../seeds/mutate-chain.ts";
import type { Finding, Target } from "../target.ts";

interface Input extends ChainMutant {
  /** How the trust set pins the leaf as its seed has it. */
  readonly pins: readonly string[];
}

const { validation } = readShieldOptions({});

/** `verifyClient` as shields use it, and the identity of whoever is verified. */
export function identifyClientTarget(corpus: Corpus): Target<Input> {
  return {
    name: "identity",
    share: 3,
    mutant: (random: Random) => {
      const chain = random.pick(corpus.made);
      const mutant = mutateParts(chain, corpus, random, ["leaf", "leaf", "leaf", "intermediate"]);
      const seed = parseCertificate(chain.leaf.der);
      const pins =
        typeof seed === "string" ? [""] : [seed.fingerprint, toHex(sha256(seed.publicKey.der))];
      return { ...mutant, pins: random.chance(0.6) ? [] : [random.pick(pins)] };
    },
    run: (input): Finding => {
      const client = parseCertificate(input.leaf);
      if (typeof client === "string")
        return { stage: "unreadable", verdict: "malformed", facts: client };
      const verification = verifyClient(
        client,
        input.intermediates.map(parseCertificate).filter((one) => typeof one !== "string"),
        new TrustSet({
          name: "default",
          anchors: input.anchors.map(parseCertificate).filter((one) => typeof one !== "string"),
          intermediates: [],
          pinned: new Set(input.pins),
        }),
        { ...validation, now: input.question.time },
        defaultLimits,
      );
      if (verification.outcome === "refused") {
        const { code } = verification.reason;
        return {
          stage: verification.tried.length === 0 ? "read" : "judged",
          verdict: code,
          facts: code,
        };
      }
      const identity = identifyClient(verification, "default");
      const isForged = input.forged.some((forged) => client.der.equals(forged));
      return {
        stage: "verified",
        verdict: verification.by,
        facts: JSON.stringify(identity),
        fault: isForged ? faultOfForged(identity) : undefined,
      };
    },
  };
}

/** Only a pinned key can be shown in a certificate that nobody signed, and then no name in it counts. */
function faultOfForged({
  verifiedBy,
  subject,
  commonName,
  dnsNames,
  emails,
  uris,
  ipAddresses,
  spiffeId,
}: ReturnType<typeof identifyClient>): string | undefined {
  if (verifiedBy !== "key-pin")
    return `a certificate that nobody signed was verified by ${verifiedBy}`;
  const names = [...dnsNames, ...emails, ...uris, ...ipAddresses];
  const isNamed = subject !== "" || commonName !== undefined || spiffeId !== undefined;
  return isNamed || names.length > 0 ? "a name that nobody vouches for is told" : undefined;
}
