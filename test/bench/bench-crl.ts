import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { authority } from "@mtls-shield/testkit";
import { figure, type Figure } from "./figures.ts";
import {
  certificateIssuer,
  largeList,
  reason,
  serialNumber,
  type EntryPlan,
  type LargeList,
} from "./large-list.ts";
import type { Effort } from "./main.ts";
import { median } from "./statistics.ts";

const worker = fileURLToPath(new URL("crl-worker.js", import.meta.url));

/** As a public authority writes them: 16 octets, every eighth with a reason. */
const usual: EntryPlan = {
  serialNumber: (index) => serialNumber("usual", index, 16),
  extensions: (index) => (index % 8 === 0 ? reason(index) : undefined),
};

/** Lists of other shapes, which must cost no more. */
const shapes: Readonly<Record<string, EntryPlan>> = {
  longSerials: { ...usual, serialNumber: (index) => serialNumber("long", index, 20) },
  mixedSerials: {
    ...usual,
    serialNumber: (index) => serialNumber("mixed", index, 8 + (index % 13)),
  },
  reasons: { ...usual, extensions: reason },
  issuers: {
    ...usual,
    extensions: (index) => (index % 16 === 0 ? certificateIssuer(index / 16) : undefined),
  },
  sequential: {
    ...usual,
    serialNumber: (index) => {
      const octets = Buffer.alloc(4);
      octets.writeUInt32BE(0x0100_0000 + index);
      return octets;
    },
  },
  equalLowBits: {
    ...usual,
    serialNumber: (index) => {
      const octets = Buffer.alloc(16, 0x55);
      octets.writeUInt32BE(0x0100_0000 + index);
      return octets;
    },
  },
};

/**
 * A CRL with a million entries: loading it beside `openssl crl`, what it takes of memory, and of the time of others while it is
 * loaded. Whole processes, over the compiled engine.
 */
export function benchCrl({ quick }: Effort): Promise<readonly Figure[]> {
  compileEngine();
  const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
  try {
    return Promise.resolve(measure(new Workbench(folder, quick ? 20_000 : 1_000_000), quick));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(bench: Workbench, quick: boolean): readonly Figure[] {
  const rounds = quick ? 2 : 15;
  const few = quick ? 1 : 3;
  const list = bench.make("list", usual);
  const ours: number[] = [];
  const openssl: number[] = [];
  for (let round = 0; round < rounds; round++) {
    openssl.push(
      time(() => {
        bench.openssl("list.der");
      }),
    );
    ours.push(time(() => bench.load("list.der")));
  }
  const ratios = ours.map((each, round) => each / (openssl[round] as number));
  const peaks = ["list.der", "list.pem"].map((file) => bench.load(file));
  const [pauseDer, pausePem] = (["list.der", "list.pem"] as const).map((file) =>
    Array.from({ length: few }, () => bench.pause(file)),
  ) as [number[], number[]];
  const hits = bench.lookUp("list.der", usual, "hits");
  const misses = bench.lookUp("list.der", usual, "misses");
  const bytes = Array.from({ length: few }, () => bench.bytes("list.der") / bench.count);
  return [
    figure("crl.1m.load.ms", ours, "ms"),
    figure("crl.1m.load.opensslMs", openssl, "ms"),
    figure("crl.1m.load.vs.openssl", ratios, "", { atMost: 0.4 }),
    figure("crl.1m.bytesPerEntry", bytes, "B", { atMost: list.serialOctets / bench.count + 8 }),
    figure("crl.1m.peakMb", [Math.max(...peaks)], "MB", { atMost: 150 }),
    figure("crl.1m.lookup.ns", [Math.max(median(hits), median(misses))], "ns", { atMost: 500 }),
    figure("crl.1m.lookup.hitNs", hits, "ns"),
    figure("crl.1m.lookup.missNs", misses, "ns"),
    figure("crl.1m.pause.der.ms", pauseDer, "ms"),
    figure("crl.1m.pause.pem.ms", pausePem, "ms"),
    figure("crl.1m.pause.ms", [Math.max(median(pauseDer), median(pausePem))], "ms", {
      atMost: 50,
    }),
    ...Object.entries(shapes).flatMap(([name, plan]) => measureShape(bench, name, plan)),
  ];
}

function measureShape(bench: Workbench, name: string, plan: EntryPlan): readonly Figure[] {
  const { serialOctets } = bench.make("shape", plan);
  const lookUps = [
    median(bench.lookUp("shape.der", plan, "hits")),
    median(bench.lookUp("shape.der", plan, "misses")),
  ];
  const besides = (bench.bytes("shape.der") - serialOctets) / bench.count;
  return [
    figure(`crl.shape.${name}.bytesBesideSerial`, [besides], "B", { atMost: 8 }),
    figure(`crl.shape.${name}.peakMb`, [bench.load("shape.pem")], "MB", { atMost: 150 }),
    figure(`crl.shape.${name}.lookup.ns`, [Math.max(...lookUps)], "ns", { atMost: 500 }),
    figure(`crl.shape.${name}.pause.ms`, [bench.pause("shape.der")], "ms", { atMost: 50 }),
  ];
}

/** What the worker says, each part for one of its tasks. */
interface Answer {
  readonly peakMb: number;
  readonly bytes: number;
  readonly ms: number;
  readonly found: number;
  readonly rounds: readonly number[];
}

/** Lists in a folder, and the processes that read them. */
class Workbench {
  readonly count: number;
  readonly #folder: string;
  readonly #authority = authority();

  constructor(folder: string, count: number) {
    this.#folder = folder;
    this.count = count;
    writeFileSync(join(folder, "ca.pem"), this.#authority.certificate.pem);
    writeFileSync(join(folder, "ca.der"), this.#authority.certificate.der);
    const small = largeList(this.#authority.certificate, 20_000, usual);
    writeFileSync(join(folder, "small.der"), small.der);
  }

  make(name: string, plan: EntryPlan): LargeList {
    const list = largeList(this.#authority.certificate, this.count, plan);
    writeFileSync(join(this.#folder, `${name}.der`), list.der);
    writeFileSync(join(this.#folder, `${name}.pem`), list.pem);
    return list;
  }

  openssl(file: string): void {
    const args = ["crl", "-CAfile", "ca.pem", "-in", file, "-inform", "DER", "-noout"];
    const { status, stderr } = spawnSync("openssl", args, { cwd: this.#folder });
    if (status !== 0) throw new Error(`openssl does not accept the list: ${stderr.toString()}`);
  }

  /** The most memory that the process held, in MB. */
  load(file: string): number {
    return this.#run([worker, "load", "ca.der", file]).peakMb;
  }

  /** Bytes that the list takes. */
  bytes(file: string): number {
    return this.#run(["--expose-gc", worker, "memory", "ca.der", file, "small.der"]).bytes;
  }

  /** Milliseconds. */
  pause(file: string): number {
    return this.#run([worker, "pause", "ca.der", file]).ms;
  }

  /** Nanoseconds, one sample a round. */
  lookUp(file: string, plan: EntryPlan, kind: "hits" | "misses"): readonly number[] {
    const most = Math.min(this.count, 100_000);
    const serials = Array.from({ length: most }, (_, at) => {
      const hit = plan.serialNumber((at * 7_919) % this.count);
      // Half of the first octet is not used by any serial number.
      const serial = Buffer.from(hit);
      if (kind === "misses") serial[0] = (serial[0] as number) | 0x80;
      return Buffer.concat([Buffer.of(serial.length), serial]);
    });
    writeFileSync(join(this.#folder, "serials"), Buffer.concat(serials));
    const { found, rounds } = this.#run([worker, "lookup", "ca.der", file, "serials"]);
    if (kind === "hits" ? found < most : found > 0) throw new Error(`${found} were found`);
    return rounds;
  }

  #run(args: readonly string[]): Answer {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.#folder });
    if (status !== 0) throw new Error(`the worker failed: ${stderr.toString()}`);
    return JSON.parse(stdout.toString()) as Answer;
  }
}

function time(run: () => unknown): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** What is released is measured, not sources that a loader compiles first. */
function compileEngine(): void {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const core = fileURLToPath(new URL("../../packages/core", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-b", core]);
  if (status !== 0) throw new Error(`the engine does not compile: ${stdout.toString()}`);
}
