/** The CPU time of a call in milliseconds, best of three: a busy machine must not fail a test. */
export function cpuMilliseconds(call: () => unknown): number {
  const once = (): number => {
    const start = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };
  return Math.min(once(), once(), once());
}
