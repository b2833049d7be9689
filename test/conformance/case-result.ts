/** How a judgement compares with what the suite expects. */
export type Comparison = "agreed" | "wronglyAccepted" | "wronglyRefused" | "crashed";

/** What came of one case, whatever its schema. */
export interface CaseResult {
  readonly id: string;
  /** The part of the suite that it is counted with. */
  readonly group: string;
  /** Either verdict is tolerable. */
  readonly isSoft: boolean;
  readonly expected: string;
  readonly actual: string;
  readonly reason: string | null;
  readonly userPolicySet: readonly string[] | null;
  readonly comparison: Comparison;
  /** What differs where they do not agree. */
  readonly difference: string;
  /** Wall time. */
  readonly ms: number;
}

/** The results of a suite. */
export interface SuiteResult {
  /** The name of the file. */
  readonly name: string;
  readonly results: readonly CaseResult[];
}
