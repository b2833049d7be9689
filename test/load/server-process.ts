import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { ServerMessage, ServerPlan } from "./load-server.ts";

/** The server under load, seen from the process that puts it there. */
export class ServerProcess {
  lists = 0;
  rejectedLists = 0;
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(new URL("load-server.ts", import.meta.url));
    this.#process.on("message", ({ kind }: ServerMessage) => {
      if (kind === "list") this.lists++;
      if (kind === "rejected") this.rejectedLists++;
    });
  }

  async start(plan: ServerPlan): Promise<number> {
    this.#process.send(plan);
    const { port } = await this.#next("ready");
    return port;
  }

  /** Since it was asked the last time. */
  longestPause(): Promise<ServerMessage & { kind: "pause" }> {
    this.#process.send("pause");
    return this.#next("pause");
  }

  stop(): void {
    this.#process.kill();
  }

  async #next<Kind extends ServerMessage["kind"]>(
    kind: Kind,
  ): Promise<ServerMessage & { kind: Kind }> {
    for (;;) {
      const [message] = (await once(this.#process, "message")) as [ServerMessage];
      if (message.kind === kind) return message as ServerMessage & { kind: Kind };
    }
  }
}
