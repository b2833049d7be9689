import { inspect } from "node:util";

import { expect } from "chai";

import type { DecisionEvent } from "../src/events/decision-event.ts";
import { originOf } from "../src/context-origin.ts";
import { TlsConnection } from "../src/sources/tls-connection.ts";
import { ask, askServer, clock, issued, outcomeOf, shieldOf } from "./ask-shield.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection, fakeServer } from "./fake-socket.ts";

const trust = issued.root.pem;

describe("a shield whose engine fails", () => {
  /** Throws from the second call on: the first is at start. */
  function brokenClock(fault: unknown = new Error("broken clock")): () => number {
    let calls = 0;
    return () => {
      if (calls++ > 0) throw fault;
      return clock();
    };
  }

  it("refuses with engine-failed, in every mode, and keeps the cause", () => {
    const fault = new Error("broken clock");
    for (const options of [{}, { mode: "report" }, { required: false }] as const) {
      const context = ask({ trust, clock: brokenClock(fault), ...options }, issued);
      expect(outcomeOf(context)).to.equal("engine-failed");
      expect(context).to.include({ authenticated: false, client: undefined });
      expect(context).to.have.nested.property("reason.cause", fault);
    }
  });

  it("survives whatever may be thrown", () => {
    for (const fault of [null, undefined, "text", Object.create(null)]) {
      expect(outcomeOf(ask({ trust, clock: brokenClock(fault) }, issued))).to.equal(
        "engine-failed",
      );
    }
  });

  it("tells its listener of the refusal, although the clock that failed would date it", () => {
    const events: DecisionEvent[] = [];
    const onDecision = (event: DecisionEvent) => {
      events.push(event);
    };
    const { shield, warnings } = shieldOf({ trust, clock: brokenClock(), onDecision });
    const before = Date.now();
    const context = shield.decide(fakeRequest(fakeConnection(issued.chain)));
    expect(outcomeOf(context)).to.equal("engine-failed");
    expect(events.map(({ decision }) => decision)).to.deep.equal([context.decision]);
    expect(events[0]!.time).to.be.within(before, Date.now());
    expect(warnings.map(({ message }) => message)).to.have.length(1);
    expect(warnings[0]!.message).to.match(
      /^requests are refused with engine-failed: .*broken clock/,
    );
  });

  it("tells the operator of each kind of fault once, and of no refusal that is none", () => {
    const allow = () => {
      throw new Error("broken matcher");
    };
    const rules = [
      { match: "* /a", allow },
      { match: "* /**", allow: "any-client" },
    ] as const;
    const { shield, warnings } = shieldOf({ rules });
    const server = fakeServer({ ca: trust });
    shield.decide(fakeRequest(fakeConnection([], { server })));
    expect(warnings).to.deep.equal([]);
    for (let time = 0; time < 3; time++) {
      const connection = fakeConnection(issued.chain, { server });
      shield.decide(fakeRequest(connection, { target: "/a" }));
      shield.decide(fakeRequest(fakeConnection(issued.chain)));
    }
    const codes = warnings.map(({ message }) => /matcher-failed|trust-missing/.exec(message)?.[0]);
    expect(codes).to.deep.equal(["matcher-failed", "trust-missing"]);
  });

  it("refuses all the same when the listener for warnings throws", () => {
    const onWarning = () => {
      throw new Error("nobody listens");
    };
    const context = ask({ trust, clock: brokenClock(), onWarning }, issued);
    expect(outcomeOf(context)).to.equal("engine-failed");
  });

  it("refuses when the socket throws", () => {
    const { shield } = shieldOf({ trust });
    const socket = {
      encrypted: true,
      getPeerX509Certificate: () => {
        throw new Error("the socket is gone");
      },
    };
    const context = shield.decide(fakeRequest(TlsConnection.of(socket, socket)));
    expect(outcomeOf(context)).to.equal("engine-failed");
  });

  it("refuses when the server's settings throw", () => {
    const server = fakeServer();
    Object.defineProperty(server, "ca", {
      get: () => {
        throw new RangeError("no");
      },
    });
    expect(outcomeOf(askServer(shieldOf().shield, server))).to.equal("engine-failed");
  });

  it("refuses when reading the server's ca throws what is no fault of the ca", () => {
    const onWarning = () => {
      throw new RangeError("the listener is broken");
    };
    const server = fakeServer({ ca: [issued.root.pem, issued.leaf.pem] });
    expect(outcomeOf(askServer(shieldOf({ onWarning }).shield, server))).to.equal("engine-failed");
  });

  it("refuses when a matcher throws, and names the matcher's error", () => {
    const fault = new Error("broken matcher");
    const allow = () => {
      throw fault;
    };
    const context = ask({ trust, rules: [{ match: "* /**", allow }] }, issued);
    expect(outcomeOf(context)).to.equal("matcher-failed");
    expect(context.decision).to.have.nested.property("reason.cause", fault);
  });

  it("refuses when the clock tells no number later on", () => {
    for (const time of [Number.NaN, undefined, "now"]) {
      let calls = 0;
      const odd = () => (calls++ === 0 ? clock() : (time as number));
      const context = ask({ trust, clock: odd }, issued);
      expect(context.decision).to.include({ outcome: "deny", enforced: true });
      expect(context.authenticated).to.equal(false);
    }
  });
});

describe("a shield's decision events", () => {
  it("tell of every decision: who, what, when, without the query", () => {
    const events: DecisionEvent[] = [];
    const { shield } = shieldOf({ trust, onDecision: (event) => events.push(event) });
    const request = { method: "POST", target: "/orders?token=secret" };
    const allowed = shield.decide(fakeRequest(fakeConnection(issued.chain), request));
    const refused = shield.decide(fakeRequest(fakeConnection([]), request));
    const common = { time: clock(), by: "shield", method: "POST", path: "/orders" };
    expect(events).to.deep.equal([
      { ...common, decision: allowed.decision },
      { ...common, decision: refused.decision },
    ]);
  });

  const faults: Readonly<Record<string, () => unknown>> = {
    "throws an error": () => {
      throw new Error("disk full");
    },
    "throws null": () => {
      throw null;
    },
    "throws what cannot become a text": () => {
      throw Object.create(null);
    },
    rejects: () => Promise.reject(new Error("disk full")),
    "rejects with null": async () => {
      await Promise.resolve();
      throw null;
    },
    "rejects with what cannot become a text": () => Promise.reject(Object.create(null) as Error),
    "returns a thenable that rejects": () => ({
      then: (_resolve: unknown, reject: (fault: unknown) => void) => {
        reject(new Error("disk full"));
      },
    }),
    "returns a thenable that throws": () => ({
      then: () => {
        throw new Error("disk full");
      },
    }),
    "returns something whose then cannot be read": () => ({
      get then() {
        throw new Error("disk full");
      },
    }),
  };

  for (const [what, onDecision] of Object.entries(faults)) {
    it(`change no decision, and are reported once, when the listener ${what}`, async () => {
      const { shield, warnings } = shieldOf({ trust, onDecision });
      for (let request = 0; request < 3; request++) {
        const connection = fakeConnection(request === 1 ? [] : issued.chain);
        const context = shield.decide(fakeRequest(connection));
        expect(outcomeOf(context)).to.equal(request === 1 ? "certificate-missing" : "allow");
      }
      await nextTurn();
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include({ option: "onDecision" });
      expect(warnings[0]!.message).to.match(/^failed: .*\. Decisions are not affected\.$/);
    });

    it(`bring nothing down when the listener ${what} and the one for warnings throws`, async () => {
      const onWarning = () => {
        throw new Error("nobody listens");
      };
      const rejections = await unhandledRejectionsOf(() => {
        const context = ask({ trust, onDecision, onWarning }, issued);
        expect(outcomeOf(context)).to.equal("allow");
      });
      expect(rejections).to.deep.equal([]);
    });
  }

  it("report a listener once, also when it fails in another way each time", async () => {
    let calls = 0;
    const onDecision = (): unknown => {
      calls++;
      if (calls % 2 === 0) return Promise.reject(new Error(`timeout after ${calls} ms`));
      throw new Error(`timeout after ${calls} ms`);
    };
    const { shield, warnings } = shieldOf({ trust, onDecision });
    const request = fakeRequest(fakeConnection(issued.chain));
    for (let count = 0; count < 6; count++) shield.decide(request);
    await nextTurn();
    expect(calls).to.equal(6);
    expect(warnings).to.have.length(1);
  });

  for (const [what, fault] of Object.entries({
    "an error whose message cannot be read": Object.defineProperty(new Error(), "message", {
      get: () => {
        throw new Error("no message");
      },
    }),
    "an object that cannot be shown": {
      [inspect.custom]: () => {
        throw new Error("no text");
      },
    },
  })) {
    it(`survive a listener that throws ${what}, or rejects with it`, async () => {
      const listeners: readonly (() => unknown)[] = [
        () => {
          throw fault;
        },
        async () => {
          await Promise.resolve();
          throw fault;
        },
      ];
      for (const onDecision of listeners) {
        const rejections = await unhandledRejectionsOf(() => {
          const context = ask({ trust, onDecision }, issued);
          expect(outcomeOf(context)).to.equal("allow");
        });
        expect(rejections).to.deep.equal([]);
      }
    });
  }

  it("do not wait for a listener, nor let it in by what it returns", () => {
    const onDecision = (() => new Promise(() => undefined)) as () => void;
    expect(outcomeOf(ask({ trust, onDecision }, undefined))).to.equal("certificate-missing");
    const yes = (() => true) as () => void;
    expect(outcomeOf(ask({ trust, onDecision: yes }, undefined))).to.equal("certificate-missing");
  });

  it("are not made where nobody listens", () => {
    const { shield } = shieldOf({ trust });
    const context = shield.decide(fakeRequest(fakeConnection(issued.chain)));
    expect(originOf(context)?.report).to.equal(undefined);
  });
});

/** Lets promises settle and unhandled rejections be noticed. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

/** The promises that a call leaves rejected, and that would end the process. */
async function unhandledRejectionsOf(call: () => void): Promise<readonly unknown[]> {
  const rejections: unknown[] = [];
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (fault) => rejections.push(fault));
  try {
    call();
    await nextTurn();
    return rejections;
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}
