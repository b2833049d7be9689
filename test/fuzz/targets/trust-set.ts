import { ConfigError, createTrustSet } from "@mtls-shield/core";
import { der } from "@mtls-shield/testkit";
import { noLegacy } from "../../../packages/core/src/x509/signature.ts";
import { readTrust } from "../../../packages/core/src/path/trust-input.ts";
import { mutateBytes } from "../der/mutate-bytes.ts";
import type { Random } from "../random.ts";
import { pickChain, type Corpus } from "../seeds/corpus.ts";
import { mutateSigned } from "../seeds/mutate-signed.ts";
import { mutateText, toPem } from "../seeds/mutate-text.ts";
import { moment } from "../seeds/seed-chain.ts";
import type { Finding, Target } from "../target.ts";

interface Input {
  readonly part: "roots" | "anchors" | "intermediates" | "pinned";
  readonly bytes: Uint8Array;
  readonly asText: boolean;
}

/** What an operator trusts, from files that anybody may have had a hand in: `createTrustSet`, and the `trust` option of shields. */
export function trustSetTarget(corpus: Corpus): Target<Input> {
  return {
    name: "trust",
    share: 7,
    mutant: (random) => ({
      part: random.pick(["roots", "anchors", "intermediates", "pinned"]),
      ...random.pick([certificate, bundle, bundle, pem, pem])(corpus, random),
    }),
    run: ({ part, bytes, asText }): Finding => {
      const text = Buffer.from(bytes).toString();
      // Any other text is a path, and there is nothing to be learned from files that are not there.
      const input = asText && text.includes("-----BEGIN") ? text : bytes;
      const verdicts = [
        attempt(() => {
          const { anchors, intermediates, pinned } = createTrustSet({ [part]: input });
          return `made of ${anchors.length}, ${intermediates.length}, ${pinned.size}`;
        }),
        attempt(() => {
          let warnings = 0;
          const warn = (): void => {
            warnings++;
          };
          const sets = readTrust(
            { [part]: input },
            { now: moment, legacy: noLegacy, profile: "strict", warn },
          );
          return `read ${sets.length}, warned ${warnings}`;
        }),
      ];
      const facts = verdicts.join("; ");
      const isMade = verdicts[0]?.startsWith("made of") === true;
      return {
        stage: isMade ? "read" : "unreadable",
        verdict: isMade ? "made" : "ConfigError",
        facts,
      };
    },
  };
}

/** Misuse is told by a `ConfigError`; every other error is a fault of the engine, and goes on. */
function attempt(make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

type Made = Pick<Input, "bytes" | "asText">;

function certificate(corpus: Corpus, random: Random): Made {
  const { der: bytes } = mutateSigned(withoutKey(corpus, random), corpus, random);
  return { bytes, asText: false };
}

function withoutKey({ certificates }: Corpus, random: Random): Corpus["certificates"][number] {
  return { ...random.pick(certificates), sign: undefined };
}

/** A PKCS #7 bundle, as `.p7b` files hold it. */
function bundle(corpus: Corpus, random: Random): Made {
  const { leaf, intermediates, anchors } = pickChain(corpus, random);
  const certificates = [leaf, ...intermediates, ...anchors].map(({ der: bytes }) => bytes);
  const signedData = der.sequence(
    der.integer(1),
    der.set(),
    der.sequence(der.oid("1.2.840.113549.1.7.1")),
    der.constructed(0, ...certificates.slice(0, 4)),
    der.set(),
  );
  const whole = der.sequence(der.oid("1.2.840.113549.1.7.2"), der.constructed(0, signedData));
  const bytes = mutateBytes(whole, random.pick(corpus.certificates).der, random);
  if (random.chance(0.8)) return { bytes, asText: false };
  return { bytes: Buffer.from(toPem("PKCS7", bytes)), asText: true };
}

function pem(corpus: Corpus, random: Random): Made {
  const { leaf, intermediates, anchors } = pickChain(corpus, random);
  const blocks = [leaf, ...intermediates.slice(0, 2), ...anchors].map(({ der: bytes }) =>
    toPem("CERTIFICATE", bytes),
  );
  return { bytes: mutateText(blocks.join(""), random), asText: random.chance(0.5) };
}
