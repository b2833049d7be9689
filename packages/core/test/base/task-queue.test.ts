import { expect } from "chai";
import { TaskQueue } from "../../src/base/task-queue.ts";

describe("TaskQueue", () => {
  it("does one task after the other, however long each takes", async () => {
    const queue = new TaskQueue();
    const done: string[] = [];
    let finishFirst = (): void => undefined;
    const first = queue.run(async () => {
      await new Promise<void>((resolve) => (finishFirst = resolve));
      done.push("first");
    });
    const second = queue.run(() => Promise.resolve(done.push("second")));
    await Promise.resolve();
    finishFirst();
    await Promise.all([first, second]);
    expect(done).to.deep.equal(["first", "second"]);
  });

  it("goes on after a task that failed, whose caller alone hears of it", async () => {
    const queue = new TaskQueue();
    const failed = queue.run(() => Promise.reject(new Error("no disk")));
    const next = queue.run(() => Promise.resolve("done"));
    expect(await failed.catch(String)).to.equal("Error: no disk");
    expect(await next).to.equal("done");
  });
});
