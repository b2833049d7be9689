import { expect } from "chai";

import { fakeTimers } from "@mtls-shield/testkit";

import { commonName } from "../src/policy/matchers.ts";
import type { ShieldChanges } from "../src/shield-options.ts";
import { clock, issued } from "./ask-shield.ts";
import { fakeConnection } from "./fake-socket.ts";
import { faultOf, reloadingShield, told } from "./reloading-shield.ts";

const trust = issued.root.pem;
const rules = [{ match: "* /**", allow: commonName("nobody") }] as const;

/** A shield whose `watch.read` is this. */
function reading(read: () => unknown, options: ShieldChanges = {}) {
  const watch = { paths: ["/nowhere/rules.json"], read: read as () => ShieldChanges };
  const { over, ...rest } = reloadingShield({ trust, watch, ...options });
  return { ...rest, now: () => over(fakeConnection(issued.chain)) };
}

describe("watch.read", () => {
  it("is asked at every reload, whatever caused it, and not before", async () => {
    let reads = 0;
    const { shield, now } = reading(() => {
      reads++;
      return Promise.resolve({ rules });
    });
    expect([reads, now()]).to.deep.equal([0, "allow"]);
    await shield.reload({}, "signal");
    expect([reads, now()]).to.deep.equal([1, "client-not-allowed"]);
    shield.close();
  });

  it("gives way to what the caller of a reload says", async () => {
    const { shield, now } = reading(() => ({ rules }));
    await shield.reload({ rules: [{ match: "* /**", allow: "any-client" }] });
    expect(now()).to.equal("allow");
    await shield.reload();
    expect(now()).to.equal("client-not-allowed");
    shield.close();
  });

  it("may change what is watched and how it is read", async () => {
    const next = { paths: ["/nowhere/else.json"], read: () => ({ rules }) };
    const { shield, now } = reading(() => ({ watch: next }));
    await shield.reload();
    expect(now()).to.equal("allow");
    await shield.reload();
    expect(now()).to.equal("client-not-allowed");
    shield.close();
  });

  for (const [what, read, problem] of [
    [
      "throws",
      () => {
        throw new Error("no such file");
      },
      /no such file/,
    ],
    [
      "throws null",
      () => {
        throw null;
      },
      /null/,
    ],
    ["rejects", () => Promise.reject(new Error("no such file")), /no such file/],
    ["returns nothing", () => undefined, /watch\.read\(\): is not an object/],
    ["returns a list", () => [], /watch\.read\(\): is not an object/],
    ["returns rubbish", () => ({ rulez: [] }), /watch\.read\(\)\.rulez: is not an option/],
    [
      "returns rules whose value got lost",
      () => ({ rules: undefined }),
      /watch\.read\(\)\.rules: is undefined/,
    ],
    ["returns bad rules", () => ({ rules: [{}] }), /rules\[0\]/],
    ["returns null for rules", () => ({ rules: null }), /rules/],
    [
      "returns what throws when it is looked at",
      () => ({
        get rules() {
          throw new Error("a trap");
        },
      }),
      /a trap/,
    ],
    [
      "returns a thenable that rejects",
      () => ({
        then: (_: unknown, no: (why: Error) => void) => {
          no(new Error("thenable"));
        },
      }),
      /thenable/,
    ],
  ] as const) {
    it(`keeps everything as it was where it ${what}`, async () => {
      const { shield, now, events } = reading(read);
      await faultOf(shield.reload({}, "signal"));
      expect(now()).to.equal("allow");
      expect(events.map(told)).to.have.length(1);
      expect(events.map(told)[0])
        .to.match(/^signal shield failed: /)
        .and.match(problem);
      shield.close();
    });
  }

  it("has ten seconds for it, and holds up nobody for longer", async () => {
    const timers = fakeTimers(clock());
    let reads = 0;
    const { shield, now } = reading(
      () => (reads++ === 0 ? new Promise(() => undefined) : { rules }),
      { timers, clock: timers.clock },
    );
    const failed = faultOf(shield.reload());
    const next = shield.reload();
    await timers.advance(9_999);
    expect([reads, now()]).to.deep.equal([1, "allow"]);
    await timers.advance(1);
    expect(await failed).to.have.property("message", "watch.read gave no answer within 10000 ms");
    await next;
    expect(now()).to.equal("client-not-allowed");
    shield.close();
    expect(timers.pauses).to.deep.equal([]);
  });
});
