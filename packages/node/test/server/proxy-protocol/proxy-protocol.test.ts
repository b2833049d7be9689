import { expect } from "chai";
import { ConfigError } from "@mtls-shield/core";
import { readProxyProtocol } from "../../../src/server/proxy-protocol/proxy-protocol.ts";

function errorOf(input: unknown): ConfigError {
  try {
    readProxyProtocol(input);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

describe("readProxyProtocol", () => {
  it("refuses other peers, and waits five seconds, unless it is told otherwise", () => {
    const usual = readProxyProtocol({ from: ["10.0.0.0/8"] });
    expect(usual).to.include({ others: "refuse", timeoutMs: 5_000 });
    const told = readProxyProtocol({ from: ["::1"], others: "direct", timeoutMs: 60_000 });
    expect(told).to.include({ others: "direct", timeoutMs: 60_000 });
  });

  it("names the option at fault", () => {
    const from = ["10.0.0.0/8"];
    for (const [input, option] of [
      [undefined, "proxyProtocol"],
      [true, "proxyProtocol"],
      [from, "proxyProtocol"],
      [{}, "proxyProtocol.from"],
      [{ from: [] }, "proxyProtocol.from"],
      [{ from: "10.0.0.0/8" }, "proxyProtocol.from"],
      [{ from: undefined }, "proxyProtocol.from"],
      [{ from: ["::1", "lb.corp.example"] }, "proxyProtocol.from[1]"],
      [{ from: [8] }, "proxyProtocol.from[0]"],
      [{ from: ["10.1.0.0/8"] }, "proxyProtocol.from[0]"],
      [{ from: ["::ffff:10.0.0.1"] }, "proxyProtocol.from[0]"],
      [{ from: ["Unix"] }, "proxyProtocol.from[0]"],
      [{ from, others: "accept" }, "proxyProtocol.others"],
      [{ from, timeoutMs: 0 }, "proxyProtocol.timeoutMs"],
      [{ from, timeoutMs: 60_001 }, "proxyProtocol.timeoutMs"],
      [{ from, timeoutMs: 1.5 }, "proxyProtocol.timeoutMs"],
      [{ from, timeoutMs: "5s" }, "proxyProtocol.timeoutMs"],
      [{ from, timeoutMs: Infinity }, "proxyProtocol.timeoutMs"],
      [{ from, other: "direct" }, "proxyProtocol.other"],
    ] as const) {
      expect(errorOf(input).option, JSON.stringify(input)).to.equal(option);
    }
  });

  it("does not let everybody choose an address", () => {
    for (const everybody of ["0.0.0.0/0", "::/0"]) {
      expect(errorOf({ from: [everybody] }).message).to.include("every address there is");
    }
  });

  it("goes by the name that the option has elsewhere", () => {
    expect(() => readProxyProtocol({ from: ["?"] }, "listen.proxy")).to.throw(
      "listen.proxy.from[0]",
    );
  });
});

describe("the senders of PROXY headers", () => {
  const gone = { localAddress: "10.0.0.1", remoteAddress: undefined };
  const peer = (remoteAddress: string) => ({ ...gone, remoteAddress });
  const unixPeer = { remoteAddress: undefined };

  it("are those in the networks, also where a socket for both families shows them as IPv6", () => {
    const { senders } = readProxyProtocol({ from: ["10.0.0.0/8", "::1"] });
    for (const address of ["10.255.0.1", "::ffff:10.255.0.1", "::1"]) {
      expect(senders.include(peer(address)), address).to.equal(true);
    }
    for (const address of ["11.0.0.1", "::ffff:11.0.0.1", "::2", "127.0.0.1", ""]) {
      expect(senders.include(peer(address)), address).to.equal(false);
    }
  });

  it("are peers on a Unix socket only where that is said", () => {
    expect(readProxyProtocol({ from: ["10.0.0.0/8"] }).senders.include(unixPeer)).to.equal(false);
    const { senders } = readProxyProtocol({ from: ["unix"] });
    expect(senders.include(unixPeer)).to.equal(true);
    expect(senders.include(peer("10.0.0.1"))).to.equal(false);
  });

  it("are not TCP peers that are gone, which have no address any more either", () => {
    expect(readProxyProtocol({ from: ["unix"] }).senders.include(gone)).to.equal(false);
  });
});
