// One process of the CRL benchmark, over the compiled engine: node [--expose-gc] crl-worker.js TASK CA_CERTIFICATE LIST [OTHER_LIST | SERIALS]
import { open, readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseCertificate } from "../../packages/core/dist/x509/certificate.js";
import { loadCertificateLists } from "../../packages/core/dist/x509/load-certificate-lists.js";

const maxBytes = 1_000_000_000;

const [task, authorityFile, listFile, otherFile] = process.argv.slice(2);
const { publicKey } = parseCertificate(await readFile(authorityFile));
const tasks = { load, memory, pause, lookup };
console.log(JSON.stringify(await tasks[task]()));

/** A file in pieces, all in the same memory. */
async function* piecesOf(file) {
  const handle = await open(file);
  try {
    const piece = Buffer.allocUnsafeSlow(1_048_576);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, piece.length);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** The list, indexed, with its signature checked and its bytes gone. */
async function loadList(file = listFile) {
  const lists = await loadCertificateLists(piecesOf(file), { maxBytes });
  if (typeof lists === "string") throw new Error(lists);
  const [list] = lists;
  if ((await list.verifyInSlices(publicKey)) !== "valid") throw new Error("the signature is wrong");
  list.release();
  return list;
}

async function load() {
  const { entries } = await loadList();
  return { count: entries.count, peakMb: await peakMb() };
}

/** Where there is no /proc: a child begins with the peak of its parent there, so that this may say too much. */
async function peakMb() {
  const status = await readFile("/proc/self/status", "latin1").catch(() => "");
  const [, kilobytes = process.resourceUsage().maxRSS] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes) / 1_024;
}

/** What is in memory with a list that is not without it, once everything that served to load it is gone. */
async function memory() {
  // Code is compiled and the heap grows, for whatever list it is.
  for (let round = 0; round < 20; round++) await loadList(otherFile);
  const before = await settledMemory();
  const list = await loadList();
  const after = await settledMemory();
  return { count: list.entries.count, bytes: after - before };
}

async function settledMemory() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // Of what is external, every octet was written to. What the system has given besides is there for the next list.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The longest time that the event loop was kept waiting while a list was loaded, and then another one in its place. */
async function pause() {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let list = await loadList();
  list = await loadList();
  delay.disable();
  return { count: list.entries.count, ms: delay.max / 1e6 };
}

/** Nanoseconds for one serial number; the file holds them, each after an octet that says how long it is. */
async function lookup() {
  const { entries } = await loadList();
  const bytes = await readFile(otherFile);
  const serials = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes[at]) {
    serials.push(bytes.subarray(at + 1, at + 1 + bytes[at]));
  }
  let found = 0;
  const rounds = [];
  for (let round = 0; round < 7; round++) {
    const start = process.hrtime.bigint();
    for (const serial of serials) found += entries.find(serial).length;
    rounds.push(Number(process.hrtime.bigint() - start) / serials.length);
  }
  return { found: found / rounds.length, rounds: rounds.slice(2) };
}
