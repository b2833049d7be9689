import type { Experience } from "./load-client.ts";

export interface LoadPlan {
  readonly seconds: number;
  /** Of each list. */
  readonly entries: number;
  /** Of each client. */
  readonly connections: number;
}

/** What became of a client that was put on the list. */
export interface RevokedExperience extends Experience {
  /** From the file's change to the last answer that let it in. */
  readonly effectiveAfterMs: number;
}

export interface LoadReport {
  readonly plan: LoadPlan;
  readonly requestsPerSecond: number;
  readonly good: readonly Experience[];
  readonly revoked: readonly RevokedExperience[];
  /** How often the file was replaced: by good lists, and by broken ones. */
  readonly lists: number;
  readonly rejectedLists: number;
  /** Of the server's event loop: while nothing was replaced, and with the replacements. */
  readonly quietPauseMs: number;
  readonly longestPauseMs: number;
  readonly listBytes: number;
  readonly residentBytes: number;
}

/** What docs/revocation.md states. */
const effectiveMs = 1_000;

/** Everything that must not be; nothing is as it should be. */
export function faultsOf({ good, revoked, lists, rejectedLists }: LoadReport): readonly string[] {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  for (const [index, { admitted, refused, faults: others }] of good.entries()) {
    const name = `the good client ${index + 1}`;
    check(admitted > 0, `${name} was never admitted`);
    check(refused === 0, `${name} was refused ${refused} times`);
    check(others.length === 0, `${name}: ${others.length} faults, such as ${others[0]}`);
  }
  for (const [index, experience] of revoked.entries()) {
    const name = `the revoked client ${index + 1}`;
    const {
      admitted,
      refused,
      effectiveAfterMs,
      admittedAfterRefusal,
      faults: others,
    } = experience;
    check(admitted > 0, `${name} was never admitted`);
    check(refused > 0, `${name} was never refused`);
    check(
      effectiveAfterMs < effectiveMs,
      `${name} was admitted ${effectiveAfterMs.toFixed(0)} ms after`,
    );
    check(
      admittedAfterRefusal === 0,
      `${name} was admitted ${admittedAfterRefusal} times after it was refused`,
    );
    check(others.length === 0, `${name}: ${others.length} faults, such as ${others[0]}`);
  }
  // The first one, one for each client that it revokes, and one that only is newer.
  const expected = revoked.length + 2;
  check(lists === expected, `${lists} lists were used, not ${expected}`);
  check(rejectedLists > 0, "the broken list was not noticed");
  return faults;
}

export function printReport(report: LoadReport): string {
  const { plan, requestsPerSecond, good, revoked, quietPauseMs, longestPauseMs } = report;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const effective = revoked.map(({ effectiveAfterMs }) => `${effectiveAfterMs.toFixed(0)} ms`);
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  const refusedGood = sum(good.map(({ refused, faults }) => refused + faults.length));
  const late = sum(revoked.map(({ admittedAfterRefusal }) => admittedAfterRefusal));
  return [
    `${plan.entries} entries (${megabytes(report.listBytes)}), ${requestsPerSecond.toFixed(0)} requests/s for ${plan.seconds} s`,
    `revocations took effect after ${effective.join(", ")}; admitted after that: ${late}`,
    `good clients: ${sum(good.map(({ admitted }) => admitted))} admitted, ${refusedGood} refused`,
    `longest pause: ${longestPauseMs.toFixed(0)} ms with ${report.lists - 1} replacements, ${quietPauseMs.toFixed(0)} ms before; ${megabytes(report.residentBytes)} resident`,
  ].join("\n");
}
