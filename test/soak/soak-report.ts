/** What became of the calls of one kind of client. */
export interface KindReport {
  readonly name: string;
  readonly isGood: boolean;
  readonly calls: number;
  /** Handlers that were reached: 2xx, or a connection that was upgraded. */
  readonly admitted: number;
  /** Answers that say no, and connections that ended without one. */
  readonly refused: number;
  readonly serverErrors: number;
  /** What came in place of what should, a few of them. */
  readonly wrong: readonly string[];
}

/** What the servers' process says of itself. */
export interface ServerState {
  /** After a garbage collection. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Undefined where the operating system does not show them. */
  readonly descriptors: number | undefined;
  readonly reloads: number;
  readonly failedReloads: number;
  readonly lists: number;
  readonly unhandled: readonly string[];
}

export interface SoakReport {
  readonly seconds: number;
  readonly kinds: readonly KindReport[];
  /** After the warm-up, and at the end, with no client connected. */
  readonly warm: ServerState;
  readonly last: ServerState;
  /** Descriptors of the very first state, before any client came. */
  readonly idleDescriptors: number | undefined;
}

/** Of the heap, from after the warm-up to the end. */
const usualGrowth = 0.05;
/** Beside those at the start: a watcher that is being exchanged, say. */
const spareDescriptors = 8;

export function figuresOf(report: SoakReport): Readonly<Record<string, number>> {
  const { kinds, warm, last, seconds } = report;
  const sum = (count: (kind: KindReport) => number, wanted?: boolean): number =>
    kinds
      .filter(({ isGood }) => wanted === undefined || isGood === wanted)
      .reduce((total, kind) => total + count(kind), 0);
  return {
    "soak.seconds": seconds,
    "soak.kinds": kinds.length,
    "soak.requests": sum(({ calls }) => calls),
    "soak.reloads": last.reloads,
    "soak.failedReloads": last.failedReloads,
    "soak.lists": last.lists,
    "soak.wronglyAdmitted": sum(({ admitted }) => admitted, false),
    "soak.wronglyRefused": sum(({ refused }) => refused, true),
    "soak.serverErrors": sum(({ serverErrors }) => serverErrors),
    "soak.unhandledRejections": last.unhandled.length,
    "soak.memoryGrowth": last.heapBytes / warm.heapBytes - 1,
    "soak.residentMb": last.residentBytes / 1e6,
    "soak.descriptorGrowth": (last.descriptors ?? 0) - (report.idleDescriptors ?? 0),
  };
}

/** Everything that must not be; nothing is as it should be. */
export function faultsOf(
  report: SoakReport,
  { mostGrowth = usualGrowth }: { readonly mostGrowth?: number } = {},
): readonly string[] {
  const figures = figuresOf(report);
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  for (const { name, isGood, calls, admitted, refused, serverErrors, wrong } of report.kinds) {
    check(calls > 0, `${name} never called`);
    check(isGood || admitted === 0, `${name} was admitted ${admitted} times: ${wrong[0]}`);
    check(!isGood || refused === 0, `${name} was refused ${refused} times: ${wrong[0]}`);
    check(serverErrors === 0, `${name} met ${serverErrors} errors of the server: ${wrong[0]}`);
  }
  const { warm, last } = report;
  check(last.unhandled.length === 0, `nobody handled: ${last.unhandled[0]}`);
  check(last.reloads > report.seconds, `only ${last.reloads} reloads in ${report.seconds} s`);
  check(last.failedReloads > 0, "no bad file was noticed");
  check(last.lists > 1, "no list was exchanged");
  const growth = figures["soak.memoryGrowth"]!;
  check(growth < mostGrowth, `the heap grew from ${warm.heapBytes} to ${last.heapBytes} octets`);
  const more = figures["soak.descriptorGrowth"]!;
  check(more <= spareDescriptors, `${more} file descriptors more than before`);
  return faults;
}

export function printReport(report: SoakReport): string {
  const figures = figuresOf(report);
  const good = report.kinds.filter(({ isGood }) => isGood);
  const lines = [
    `${report.kinds.length} kinds of clients, ${good.length} of them good, for ${report.seconds} s`,
    ...Object.entries(figures).map(
      ([name, value]) => `${name.padEnd(26)} ${Number.isInteger(value) ? value : value.toFixed(3)}`,
    ),
  ];
  return lines.join("\n");
}
