/** A clock that stands still until it is told otherwise; calling it gives epoch milliseconds. */
export interface FakeClock {
  (): number;
  advance(ms: number): void;
  set(epochMs: number): void;
}

export function fakeClock(startMs: number): FakeClock {
  let nowMs = startMs;
  return Object.assign(() => nowMs, {
    advance(ms: number) {
      nowMs += ms;
    },
    set(epochMs: number) {
      nowMs = epochMs;
    },
  });
}
