/** What one verification asks of a path besides RFC 5280's rules. */
export interface ValidationContext {
  /** The moment to judge, in epoch milliseconds. */
  readonly now: number;
  /** Whether the client's own certificate has to name clientAuth, or may say nothing of usages. */
  readonly clientAuthUsage: "if-present" | "required";
}
