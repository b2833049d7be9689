import type { ClientMatcher, DecisionEvent, ShieldOptions } from "@mtls-shield/node";
import { createMtlsServer, dnsName, mtls } from "@mtls-shield/node";
import { authority, callApi, startServer, type RunningServer } from "@mtls-shield/testkit";
import { expect } from "chai";
import { frameworks } from "./frameworks.ts";

const ca = authority();
const server = ca.server();
const ann = ca.client({ commonName: "ann", dnsNames: ["ann.example"] });
const tls = { key: server.leaf.privateKeyPem, cert: server.chainPem, ca: ca.root.pem };

/** An error that cannot even be looked at. */
const venom: unknown = new Proxy(
  {},
  {
    get() {
      throw new Error("do not look");
    },
  },
);

/** Ways to answer a call that nobody should rely on. */
const misbehaviours: Readonly<Record<string, () => unknown>> = {
  "throws an error": () => {
    throw new Error("boom");
  },
  "throws null": () => {
    throw null;
  },
  "throws undefined": () => {
    throw undefined;
  },
  "throws what cannot be looked at": () => {
    throw venom;
  },
  rejects: () => Promise.reject(new Error("later")),
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the point of it
  "rejects with null": () => Promise.reject(null),
  "returns a promise of true": () => Promise.resolve(true),
  "never settles": () => new Promise(() => undefined),
  "returns a thenable": () => ({
    then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
      resolve(true);
      reject(new Error("both"));
    },
  }),
  "returns a thenable that throws": () => ({
    get then(): never {
      throw new Error("no then");
    },
  }),
  "returns 1": () => 1,
  'returns "yes"': () => "yes",
  "returns an object": () => ({}),
};

describe("callbacks that misbehave", () => {
  const running: RunningServer[] = [];
  const unhandled: unknown[] = [];
  const note = (fault: unknown): void => void unhandled.push(fault);
  let before: NodeJS.UnhandledRejectionListener[] = [];

  beforeEach(() => {
    // Mocha would take what nobody handled for the failure of some test; here it is asked for.
    before = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", note);
    unhandled.length = 0;
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.removeListener("unhandledRejection", note);
    for (const listener of before) process.on("unhandledRejection", listener);
    expect(unhandled).to.deep.equal([]);
  });

  /** The statuses that a client and a stranger get. */
  async function statusesOf(listener: Parameters<typeof createMtlsServer>[1]) {
    const started = await startServer(createMtlsServer(tls, listener));
    running.push(started);
    const { port } = started;
    const known = await callApi({ port, client: ann });
    const nobody = await callApi({ port });
    return [known.status, nobody.status];
  }

  for (const framework of frameworks) {
    describe(`in ${framework.name}`, () => {
      for (const [how, misbehave] of Object.entries(misbehaviours)) {
        const matcher = misbehave as unknown as ClientMatcher;
        const shield = (options: ShieldOptions): ShieldOptions => ({
          trust: ca.root.pem,
          onWarning: () => undefined,
          ...options,
        });

        it(`onDecision that ${how} changes nothing`, async () => {
          const onDecision = misbehave as (event: DecisionEvent) => void;
          const statuses = await statusesOf(framework.build({ shield: shield({ onDecision }) }));
          expect(statuses).to.deep.equal([200, 403]);
        });

        it(`a matcher that ${how} lets nobody in`, async () => {
          const rules = [{ match: "* /**", allow: matcher }];
          const [known, nobody] = await statusesOf(framework.build({ shield: shield({ rules }) }));
          expect(known).to.be.oneOf([403, 503]);
          expect(nobody).to.equal(403);
        });

        it(`a matcher that ${how}, and says who is denied, lets nobody in`, async () => {
          const rules = [{ match: "* /**", allow: "any-client" as const, deny: matcher }];
          const [known] = await statusesOf(framework.build({ shield: shield({ rules }) }));
          expect(known).to.be.oneOf([403, 503]);
        });

        it(`a guard whose matcher ${how} lets nobody in`, async () => {
          const guarded = { "/": matcher };
          const plan = { shield: shield({ required: false }), guarded, routes: [] };
          const [known, nobody] = await statusesOf(framework.build(plan));
          expect(known).to.be.oneOf([403, 503]);
          expect(nobody).to.equal(403);
        });
      }
    });
  }

  for (const [how, misbehave] of Object.entries(misbehaviours)) {
    it(`counting that ${how} changes nothing`, async () => {
      const shield = mtls({
        trust: ca.root.pem,
        onWarning: () => undefined,
        metrics: { count: misbehave },
        onReload: misbehave,
      });
      await shield.reload();
      const started = await startServer(
        createMtlsServer({ ...tls, shield }, (_request, response) => response.end()),
      );
      running.push(started);
      expect((await callApi({ port: started.port, client: ann })).status).to.equal(200);
    });

    it(`onWarning that ${how} at a request changes nothing`, async () => {
      let isStarted = false;
      const shield = mtls({
        trust: ca.root.pem,
        rules: [
          {
            match: "* /**",
            allow: () => {
              throw new Error("boom");
            },
          },
        ],
        // One that fails at start is the operator's to see.
        onWarning: () => (isStarted ? (misbehave() as undefined) : undefined),
      });
      isStarted = true;
      const started = await startServer(
        createMtlsServer({ ...tls, shield }, (_request, response) => response.end()),
      );
      running.push(started);
      const { port } = started;
      expect((await callApi({ port, client: ann })).status).to.equal(503);
    });

    // Nobody adopts what a clock returns: a promise there is the fault of whoever wrote it.
    if (how.startsWith("rejects")) continue;
    it(`a clock that ${how} refuses`, async () => {
      let isStarted = false;
      const clock = (): number => (isStarted ? (misbehave() as number) : Date.now());
      const rules = [{ match: "* /**", allow: dnsName("ann.example") }];
      const shield = mtls({ trust: ca.root.pem, rules, clock, onWarning: () => undefined });
      const started = await startServer(
        createMtlsServer({ ...tls, shield, handshakes: false }, (_request, response) =>
          response.end(),
        ),
      );
      running.push(started);
      isStarted = true;
      const { port } = started;
      const { status } = await callApi({ port, client: ann });
      isStarted = false;
      expect(status).to.be.oneOf([403, 503]);
    });
  }
});
