// Writes packages/core/REASONS.md: node --import ts-blank-space/register packages/core/scripts/write-reasons.ts
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defaultStatuses, statusOf } from "../src/decision/statuses.ts";
import { issuanceRules } from "../src/path/issuance/issuance-faults.ts";
import { reason } from "../src/reasons/reason.ts";
import {
  reasonInfo,
  reasons,
  type ReasonCategory,
  type ReasonCode,
} from "../src/reasons/reasons.ts";

const introduction = `# Reasons

Every refusal and every warning of mtls-shield has one of these codes. It stands in the body of the answer (RFC 9457), in
the decision that \`onDecision\` gets and, as \`ERR_MTLS_\` and the code in capitals, in \`MtlsError.code\`. Codes are
added, never renamed and never reused.

The sentence is what a client may read; the cure is for whoever runs the API or issues the certificate. Facts about
certificates are in \`decision.reason.details\`, and only there.

This file is generated from \`src/reasons/reasons.ts\` and \`src/path/issuance\`.
`;

/** What each category is about, in the order of the document. */
const categories: Readonly<Record<ReasonCategory, string>> = {
  authentication:
    "Who are you? No verified client came with the request. " +
    "`statuses: { authentication: 401, challenge }` turns the status into 401.",
  authorization: "The client is verified, but may not call this endpoint.",
  request: "The request itself cannot be judged.",
  availability:
    "What the shield has to know cannot be had at the moment, so it refuses. The same request may pass later.",
  engine:
    "The shield could not do its work, and refused. The client reads only `engine-failed`; " +
    "the operator has to act.",
  issuance:
    "A certificate of the path was issued otherwise than the standards want. Under the profiles named with each it refuses; " +
    "under the others it is a warning beside the decision, in `decision.warnings`, if it is remarked at all.",
};

/** What a shield asks nobody for. */
const givenByChainsOnly: ReadonlySet<ReasonCode> = new Set<ReasonCode>(["peer-name-mismatch"]);

/** The reason table as Markdown. */
export function renderReasons(): string {
  const codes = Object.keys(reasons) as ReasonCode[];
  const sections = (Object.keys(categories) as ReasonCategory[]).map((category) => {
    const entries = codes.filter((code) => reasonInfo(code).category === category);
    return `## ${category}\n\n${categories[category]}\n\n${entries.map(renderReason).join("\n")}`;
  });
  return [introduction, ...sections].join("\n");
}

function renderReason(code: ReasonCode): string {
  const { summary, cure, specification, endsConnection } = reasonInfo(code);
  const rule = issuanceRules.find((candidate) => candidate.code === code);
  const lines = [
    `- Cure: ${cure}`,
    givenByChainsOnly.has(code)
      ? "- Given by `verifyChain` only"
      : `- Status: ${statusOf(reason(code), defaultStatuses)}`,
    ...(rule === undefined
      ? []
      : [
          `- Refused by the profiles: ${rule.refusedBy.join(", ")}${rule.warns ? "" : "; no warning under others"}`,
        ]),
    ...(code === "svid-invalid" ? ["- Refused by the profile: spiffe"] : []),
    ...(endsConnection === undefined ? [] : ["- The connection is closed after the answer"]),
    ...(specification === undefined ? [] : [`- Specification: ${specification}`]),
  ];
  return [`### ${code}`, "", summary, "", ...lines, ""].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("../REASONS.md", import.meta.url), renderReasons());
}
