import { X509Certificate } from "node:crypto";

import { expect } from "chai";

import { createAuthority, type RevocationReason, type RevokeOptions } from "@mtls-shield/pki";
import { fakeClock } from "@mtls-shield/testkit";

import { thrownBy } from "./thrown-by.ts";

describe("revoking", () => {
  it("is written down as frozen plain data", async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    const root = await createAuthority({ clock });
    const client = await root.issueClient();
    expect(root.revocations).to.deep.equal([]);
    const before = root.revocations;
    const revocation = root.revoke(client, {
      reason: "keyCompromise",
      date: new Date("2026-01-01T00:00:00.9Z"),
      invalidityDate: Date.UTC(2025, 11, 24),
    });
    const expected = {
      serialNumber: client.serialNumber,
      reason: "keyCompromise",
      date: Date.UTC(2026, 0, 1),
      invalidityDate: Date.UTC(2025, 11, 24),
    };
    expect(revocation).to.deep.equal(expected).and.to.be.frozen;
    expect(JSON.parse(JSON.stringify(root.revocations))).to.deep.equal([expected]);
    expect(root.revocations).to.be.frozen;
    expect(before).to.deep.equal([]);
  });

  it("takes certificates as Node gives them, and serial numbers in any spelling", async () => {
    const root = await createAuthority();
    const client = await root.issueClient();
    root.revoke(new X509Certificate(client.pem));
    expect(root.revocations.map(({ serialNumber }) => serialNumber)).to.deep.equal([
      client.serialNumber,
    ]);
    for (const serialNumber of ["00AB", "ab", "0000ab"]) root.revoke({ serialNumber });
    root.revoke({ serialNumber: "abc" });
    root.revoke({ serialNumber: "0" });
    expect(root.revocations.slice(1).map(({ serialNumber }) => serialNumber)).to.deep.equal([
      "ab",
      "0abc",
      "00",
    ]);
  });

  it("refuses a certificate of another authority, which would stay valid", async () => {
    const root = await createAuthority();
    const devices = await root.createIntermediate();
    const client = await devices.issueClient();
    for (const mistaken of [client, new X509Certificate(client.pem)]) {
      expect((await thrownBy(() => root.revoke(mistaken))).option).to.equal("certificate");
    }
    // Same name, another key.
    const twin = await (await createAuthority()).issueClient();
    expect((await thrownBy(() => root.revoke(twin))).message).to.contain("another authority's");
    expect(root.revocations).to.deep.equal([]);
  });

  it("twice for the same reason changes nothing", async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1));
    const root = await createAuthority({ clock });
    const first = root.revoke({ serialNumber: "11" }, { reason: "superseded" });
    clock.advance(5_000);
    expect(root.revoke({ serialNumber: "11" }, { reason: "superseded" })).to.equal(first);
  });

  it("for another reason keeps the date, unless it was a hold", async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1));
    const root = await createAuthority({ clock });
    const first = root.revoke({ serialNumber: "11" }, { reason: "superseded" });
    root.revoke({ serialNumber: "12" }, { reason: "certificateHold" });
    clock.advance(5_000);
    expect(root.revoke({ serialNumber: "11" }, { reason: "keyCompromise" })).to.deep.equal({
      ...first,
      reason: "keyCompromise",
    });
    expect(root.revoke({ serialNumber: "12" }, { reason: "superseded" }).date).to.equal(clock());
    expect(root.revocations).to.have.length(2);
  });

  it("for good cannot be turned into a hold and then taken back", async () => {
    const root = await createAuthority();
    root.revoke({ serialNumber: "11" }, { reason: "keyCompromise" });
    const error = await thrownBy(() =>
      root.revoke({ serialNumber: "11" }, { reason: "certificateHold" }),
    );
    expect(error.option).to.equal("reason");
    const restoring = await thrownBy(() => {
      root.restore({ serialNumber: "11" });
    });
    expect(restoring.message).to.contain("RFC 5280 5.3.1");
    expect(root.revocations.map(({ reason }) => reason)).to.deep.equal(["keyCompromise"]);
  });

  it("is taken back from hold, once", async () => {
    const root = await createAuthority();
    const client = await root.issueClient();
    root.revoke(client, { reason: "certificateHold" });
    root.restore(client);
    expect(root.revocations).to.deep.equal([]);
    const error = await thrownBy(() => {
      root.restore(client);
    });
    expect(error.message).to.contain("is not revoked");
  });

  for (const [options, option] of [
    [{ reason: "removeFromCRL" as RevocationReason }, "reason"],
    [{ reason: "__proto__" as RevocationReason }, "reason"],
    [{ date: Date.now() + 3_600_000 }, "date"],
    [{ date: Number.NaN }, "date"],
    [{ invalidityDate: new Date("1949-01-01") }, "invalidityDate"],
    [{ why: "lost" } as RevokeOptions, "why"],
  ] as const satisfies readonly (readonly [RevokeOptions, string])[]) {
    it(`is refused with ${JSON.stringify(options)}`, async () => {
      const root = await createAuthority();
      const error = await thrownBy(() => root.revoke({ serialNumber: "11" }, options));
      expect(error.option).to.equal(option);
      expect(root.revocations).to.deep.equal([]);
    });
  }

  for (const serialNumber of ["", "0x11", "-1", "1g", "1".repeat(41), 17 as unknown as string]) {
    it(`is refused for ${JSON.stringify(serialNumber)} as a serial number`, async () => {
      const root = await createAuthority();
      expect((await thrownBy(() => root.revoke({ serialNumber }))).option).to.equal("serialNumber");
    });
  }
});
