/** Cases that are judged together. */
export interface Suite<Case extends SuiteCase> {
  /** The name of the file. */
  readonly name: string;
  readonly cases: readonly Case[];
}

/** What cases of all schemas have. */
export interface SuiteCase {
  readonly id: string;
  /** Either verdict is tolerable. */
  readonly isSoft: boolean;
  readonly expected: string;
}
