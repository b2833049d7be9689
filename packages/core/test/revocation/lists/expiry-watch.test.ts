import { expect } from "chai";
import { authority, certificateList, type CrlChanges } from "@mtls-shield/testkit";
import { ExpiryWatch } from "../../../src/revocation/lists/expiry-watch.ts";
import { parsedList } from "../parsed-list.ts";
import { scriptedWorld, start } from "../scripted-world.ts";

const ca = authority({ commonName: "Lists Root", clock: () => start });
const minuteMs = 60_000;

function listed(changes: CrlChanges, source = "ca.crl") {
  return { list: parsedList(certificateList(ca.certificate, { now: start, ...changes })), source };
}

function watchOf(toleranceMs = 0) {
  const world = scriptedWorld();
  const { surroundings, emit } = world;
  return { world, expiry: new ExpiryWatch({ surroundings, toleranceMs, emit }) };
}

describe("ExpiryWatch", () => {
  it("tells once of a list that expires, and where it came from", async () => {
    const { world, expiry } = watchOf();
    expiry.watch([
      listed({ crlNumber: 7, nextUpdate: start + minuteMs }),
      listed({ nextUpdate: start + 60 * minuteMs }),
    ]);
    await world.timers.advance(minuteMs);
    expect(world.events).to.deep.equal([]);
    await world.timers.advance(2_000);
    await world.timers.advance(10 * minuteMs);
    expect(world.events).to.deep.equal([
      {
        type: "revocation-list-expired",
        source: "ca.crl",
        issuer: "CN=Lists Root",
        number: "7",
        isDelta: false,
        nextUpdate: start + minuteMs,
        problem: "the list of CN=Lists Root has expired, and no newer one has come",
      },
    ]);
  });

  it("tells at once of one that had expired before, and of each further one", async () => {
    const { world, expiry } = watchOf();
    const first = listed({ nextUpdate: start - minuteMs });
    expiry.watch([first]);
    await world.timers.advance(0);
    expiry.watch([first, listed({ crlNumber: 2, nextUpdate: start - minuteMs })]);
    await world.timers.advance(0);
    expect(world.events).to.have.length(2);
  });

  it("says nothing of a list that a newer one has replaced, or that is tolerated still", async () => {
    const { world, expiry } = watchOf(5 * minuteMs);
    expiry.watch([listed({ nextUpdate: start + minuteMs })]);
    await world.timers.advance(3 * minuteMs);
    expiry.watch([listed({ crlNumber: 2, nextUpdate: start + 60 * minuteMs })]);
    await world.timers.advance(10 * minuteMs);
    expect(world.events).to.deep.equal([]);
  });

  it("goes on by a clock that fails for a while, and says so", async () => {
    const { world, expiry } = watchOf();
    const { clock } = world.surroundings;
    let isBroken = true;
    Object.assign(world.surroundings, {
      clock: () => {
        if (isBroken) throw new Error("no time");
        return clock();
      },
    });
    expiry.watch([listed({ nextUpdate: start - minuteMs })]);
    await world.timers.advance(0);
    isBroken = false;
    await world.timers.advance(minuteMs);
    expect(world.heard()).to.deep.equal([
      "no time",
      "the list of CN=Lists Root has expired, and no newer one has come",
    ]);
  });

  it("says nothing once it is closed", async () => {
    const { world, expiry } = watchOf();
    expiry.watch([listed({ nextUpdate: start + minuteMs })]);
    expiry.close();
    await world.timers.advance(10 * minuteMs);
    expect(world.events).to.deep.equal([]);
  });
});
