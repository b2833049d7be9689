import { expect } from "chai";

import { createPainter } from "../../examples/demo/painter.ts";

describe("the demo's painter", () => {
  it("paints on a terminal", () => {
    const paint = createPainter({ isTTY: true }, { TERM: "xterm" });
    expect(paint("green", "ok")).to.equal("\u001b[32mok\u001b[0m");
  });

  it("leaves text as it is where it is piped", () => {
    expect(createPainter({}, { TERM: "xterm" })("green", "ok")).to.equal("ok");
  });

  it("leaves text as it is for those who set NO_COLOR", () => {
    expect(createPainter({ isTTY: true }, { NO_COLOR: "1" })("green", "ok")).to.equal("ok");
  });

  it("takes an empty NO_COLOR for none, as its specification says", () => {
    expect(createPainter({ isTTY: true }, { NO_COLOR: "" })("bold", "ok")).to.include("\u001b[1m");
  });
});
