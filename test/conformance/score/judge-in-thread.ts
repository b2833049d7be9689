import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { PathCase } from "../path-case.ts";

export interface Question {
  readonly test: PathCase;
  readonly time: number;
}

export interface Answer {
  readonly accepted: boolean;
  readonly ms: number;
}

/** Judges cases in one way, in a thread of its own. Undefined: no verdict within the limit. */
export async function judgeInThread(
  way: string,
  cases: readonly PathCase[],
  { now, limitMs }: { readonly now: number; readonly limitMs: number },
): Promise<readonly (Answer | undefined)[]> {
  const answers: (Answer | undefined)[] = [];
  let thread: Worker | undefined;
  for (const test of cases) {
    thread ??= await startThread(way);
    const answer = await ask(thread, { test, time: test.time ?? now }, limitMs);
    answers.push(answer);
    if (answer !== undefined) continue;
    await thread.terminate();
    thread = undefined;
  }
  await thread?.terminate();
  return answers;
}

async function startThread(way: string): Promise<Worker> {
  const thread = new Worker(new URL("worker.ts", import.meta.url), { workerData: way });
  await once(thread, "message");
  return thread;
}

async function ask(
  thread: Worker,
  question: Question,
  limitMs: number,
): Promise<Answer | undefined> {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, limitMs);
  try {
    const answered = once(thread, "message", { signal: limit.signal });
    thread.postMessage(question);
    const [answer] = (await answered) as [Answer];
    return answer;
  } catch (error) {
    if (limit.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
