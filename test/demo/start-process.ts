import { spawn } from "node:child_process";
import { once } from "node:events";

/** A program that a test has started, and what it has printed so far. */
export interface StartedProcess {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the output matches; rejects when the program ends without. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Like Ctrl-C in a terminal: the program and all that it started get the signal. */
  readonly interrupt: () => void;
  /** To the program alone. */
  readonly kill: (signal: NodeJS.Signals) => void;
  /** The exit code; null after a signal. */
  readonly exited: Promise<number | null>;
}

/** Starts a program in a process group of its own. */
export function startProcess(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string | URL; readonly env?: NodeJS.ProcessEnv },
): StartedProcess {
  const child = spawn(command, args, {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text.stderr += chunk));
  const exited = once(child, "close").then(([code]) => code as number | null);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} could not be started.`);
  return {
    pid,
    exited,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(text.stdout);
          if (found !== null) resolve(found);
        };
        look();
        child.stdout.on("data", look);
        child.on("close", () => {
          reject(new Error(`It ended without printing ${String(pattern)}:\n${text.stderr}`));
        });
      });
    },
    interrupt() {
      process.kill(-pid, "SIGINT");
    },
    kill(signal) {
      child.kill(signal);
    },
  };
}
