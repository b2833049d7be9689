import { parsePem, parseSinglePem } from "../../../packages/core/src/asn1/pem.ts";
import type { Corpus } from "../seeds/corpus.ts";
import { mutateText, toPem } from "../seeds/mutate-text.ts";
import type { Finding, Target } from "../target.ts";

interface Input {
  readonly text: Uint8Array;
}

/** `parsePem` and `parseSinglePem`. */
export function parsePemTarget({ certificates, lists }: Corpus): Target<Input> {
  return {
    name: "pem",
    share: 8,
    mutant: (random) => {
      const label = random.pick(["CERTIFICATE", "X509 CRL", "PUBLIC KEY"]);
      const blocks = Array.from({ length: 1 + random.below(2) }, () =>
        toPem(label, random.pick(random.chance(0.8) ? certificates : lists).der),
      );
      return { text: mutateText(blocks.join("text between\n"), random) };
    },
    run: (input): Finding => {
      const text = Buffer.from(input.text).toString();
      const blocks = parsePem(text.trim());
      const single = parseSinglePem(text, "CERTIFICATE");
      if (typeof blocks === "string") {
        const fault = typeof single === "string" ? undefined : "one block, and yet none";
        return {
          stage: "unreadable",
          verdict: "malformed",
          facts: `${blocks}; ${String(single)}`,
          fault,
        };
      }
      const facts = blocks.map(({ label, bytes }) => `${label} ${bytes.toString("base64")}`).join();
      // What was read, written again, is read as the same.
      const again = parsePem(blocks.map(({ label, bytes }) => toPem(label, bytes)).join(""));
      const isSame =
        typeof again !== "string" &&
        again.length === blocks.length &&
        again.every((block, index) => blocks[index]?.bytes.equals(block.bytes));
      return {
        stage: "read",
        verdict: "read",
        facts,
        fault: isSame ? undefined : "it does not survive being written again",
      };
    },
  };
}
