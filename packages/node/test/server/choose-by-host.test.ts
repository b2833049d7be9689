import { expect } from "chai";
import type { NodeRequest } from "../../src/connection-of.ts";
import { chooseByHost } from "../../src/server/choose-by-host.ts";
import type { HostContext } from "../../src/server/host-context.ts";
import { HostContexts } from "../../src/server/host-contexts.ts";

const context = (face: string) => ({ face }) as unknown as HostContext;
const contexts = new HostContexts(context("default"));
contexts.set("b.example", context("b"));

function choose(socket: object, ...hosts: string[]): unknown {
  const rawHeaders = hosts.flatMap((host) => ["Host", host]);
  const request = { httpVersionMajor: 1, method: "GET", url: "/", rawHeaders, socket };
  const { face, refusal } = chooseByHost(contexts)(request as unknown as NodeRequest);
  return [face, refusal?.code];
}

describe("chooseByHost", () => {
  it("goes by the request where a resumed session of TLS 1.2 hides its server name", () => {
    const resumed = { servername: false, isSessionReused: () => true };
    expect(choose(resumed, "b.example")).to.deep.equal(["b", undefined]);
    expect(choose(resumed, "a.example")).to.deep.equal(["default", undefined]);
    expect(choose(resumed)).to.deep.equal(["default", "host-ambiguous"]);
  });

  it("takes a new session without a server name for one of the default context", () => {
    for (const socket of [{ servername: false, isSessionReused: () => false }, {}]) {
      expect(choose(socket, "b.example")).to.deep.equal(["default", "request-misdirected"]);
      expect(choose(socket, "[::1]:443")).to.deep.equal(["default", undefined]);
    }
  });

  it("refuses a request for several hosts", () => {
    const refused = ["b", "host-ambiguous"];
    expect(choose({ servername: "b.example" }, "b.example", "a.example")).to.deep.equal(refused);
  });

  it("leaves it to the only context where there is one", () => {
    const { face, refusal } = chooseByHost(new HostContexts(context("one")))({} as NodeRequest);
    expect([face, refusal]).to.deep.equal(["one", undefined]);
  });
});
