import { expect } from "chai";

import { mostUseful } from "../../src/reasons/most-useful.ts";
import { reason } from "../../src/reasons/reason.ts";

describe("mostUseful", () => {
  const unknown = reason("issuer-unknown");
  const forged = reason("signature-invalid");
  const expired = reason("certificate-expired");

  it("is the only one", () => {
    expect(mostUseful([unknown])).to.equal(unknown);
  });

  it("is that of the attempt that came furthest, wherever it stands", () => {
    expect(mostUseful([unknown, expired, forged])).to.equal(expired);
    expect(mostUseful([expired, forged, unknown])).to.equal(expired);
    expect(mostUseful([unknown, forged])).to.equal(forged);
  });

  it("is the first of equals", () => {
    const again = reason("certificate-expired", { certificateIndex: 0 });
    expect(mostUseful([expired, again])).to.equal(expired);
    expect(mostUseful([again, expired])).to.equal(again);
  });
});
