import { expect } from "chai";
import { announcesBody } from "../src/announces-body.ts";
import type { NodeRequest } from "../src/connection-of.ts";

/** As much of a request as is looked at. */
function announced(parts: object): boolean {
  return announcesBody({ httpVersionMajor: 1, headers: {}, ...parts } as NodeRequest);
}

describe("announcesBody", () => {
  it("reads the head of an HTTP/1 request", () => {
    expect(announced({})).to.equal(false);
    expect(announced({ headers: { "content-length": "0" } })).to.equal(false);
    expect(announced({ headers: { "content-length": "1" } })).to.equal(true);
    expect(announced({ headers: { "transfer-encoding": "chunked" } })).to.equal(true);
  });

  it("asks the stream on HTTP/2, where a body needs no header", () => {
    const of = (endAfterHeaders: boolean) =>
      announced({ httpVersionMajor: 2, stream: { endAfterHeaders } });
    expect([of(true), of(false)]).to.deep.equal([false, true]);
  });

  it("has nothing to wait for where somebody in front has read all of it", () => {
    expect(announced({ complete: true, headers: { "content-length": "1" } })).to.equal(false);
  });
});
