import { reasonInfo, type ReasonCategory, type ReasonCode } from "./reasons.ts";

/** Why something was refused or remarked, for logs, metrics and tools. */
export interface Reason {
  /** Stable, kebab-case; the key of the reason table. */
  readonly code: ReasonCode;
  readonly category: ReasonCategory;
  /** One sentence, safe to log and to send. */
  readonly summary: string;
  /** What to do about it. */
  readonly cure: string;
  /** Document and section of the rule that was broken. */
  readonly specification: string | undefined;
  /** Which certificate of the path: 0 is the leaf, 1 its issuer's, and so on. */
  readonly certificateIndex: number | undefined;
  /** Facts for the operator; never sent to the client. */
  readonly details: Readonly<Record<string, string | number>>;
  /** The error behind an `engine` reason, when there is one. */
  readonly cause: unknown;
}

export interface ReasonFacts {
  readonly certificateIndex?: number;
  readonly details?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
}

const noDetails = Object.freeze({});

/** Refusals are remembered, and a stranger's name may be as long as its certificate. */
const maximumDetailLength = 256;

/** The only maker of reasons: text comes from the table, facts from the caller. */
export function reason(code: ReasonCode, facts: ReasonFacts = {}): Reason {
  const info = reasonInfo(code);
  return Object.freeze({
    code,
    category: info.category,
    summary: info.summary,
    cure: info.cure,
    specification: info.specification,
    certificateIndex: facts.certificateIndex,
    details: facts.details === undefined ? noDetails : shorten(facts.details),
    cause: facts.cause,
  });
}

function shorten(details: NonNullable<ReasonFacts["details"]>): Reason["details"] {
  const entries = Object.entries(details).map(
    ([name, fact]) => [name, typeof fact === "string" ? shortenText(fact) : fact] as const,
  );
  return Object.freeze(Object.fromEntries(entries));
}

function shortenText(text: string): string {
  if (text.length <= maximumDetailLength) return text;
  // Copied: what `slice` returns keeps the whole text in memory.
  return `${Buffer.from(text.slice(0, maximumDetailLength)).toString()}...`;
}
