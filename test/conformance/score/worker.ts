// A thread that judges cases in one way. It is ended from outside when a case takes too long.
import { parentPort, workerData } from "node:worker_threads";
import type { PathCase } from "../path-case.ts";
import type { Answer, Question } from "./judge-in-thread.ts";
import type { Way } from "./way.ts";
import { ways } from "./ways.ts";

const way = await ways[workerData as string]?.load();
if (way === undefined || parentPort === null) throw new TypeError("Not a thread of the score.");
const port = parentPort;

port.on("message", ({ test, time }: Question) => {
  void judge(way, test, time).then((answer) => {
    port.postMessage(answer);
  });
});
port.postMessage("ready");

// Shorter times need no second look.
const suspiciousMs = 5;
const longestRepeatedMs = 500;

async function judge(judgeOnce: Way, test: PathCase, time: number): Promise<Answer> {
  const answer = await measure(judgeOnce, test, time);
  if (answer.ms < suspiciousMs || answer.ms > longestRepeatedMs) return answer;
  // Compilation and other processes are not the way's own cost: the best of three counts.
  const again = [await measure(judgeOnce, test, time), await measure(judgeOnce, test, time)];
  return { ...answer, ms: Math.min(answer.ms, ...again.map(({ ms }) => ms)) };
}

async function measure(judgeOnce: Way, test: PathCase, time: number): Promise<Answer> {
  const start = performance.now();
  let accepted = false;
  try {
    accepted = await judgeOnce(test, time);
  } catch {
    // Refused.
  }
  return { accepted, ms: performance.now() - start };
}
