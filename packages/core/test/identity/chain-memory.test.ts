import { expect } from "chai";

import { authority } from "@mtls-shield/testkit";

import { ChainMemory } from "../../src/identity/chain-memory.ts";
import type { VerifiedPresentation } from "../../src/path/verify-client.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { parsed } from "../certificates.ts";

const root = authority();
const intermediates = [1, 2, 3].map(() => parsed(root.intermediate().certificate));
const anchor = parsed(root.certificate);
const [client, other] = [root.client(), root.client()].map(({ leaf }) => parsed(leaf)) as [
  Certificate,
  Certificate,
];

const verified = (...path: readonly Certificate[]) => ({ path }) as unknown as VerifiedPresentation;
const shown = (
  leaf: Certificate,
  mayBeIncomplete: boolean,
  others: readonly Certificate[] = [],
) => ({
  client: leaf,
  intermediates: others,
  fingerprint: leaf.fingerprint,
  mayBeIncomplete,
});

describe("ChainMemory", () => {
  const [first, second] = intermediates as [Certificate, Certificate];

  it("knows what lay between a client and its anchor", () => {
    const memory = new ChainMemory(4);
    memory.remember(verified(client, first, second, anchor));
    expect(memory.intermediatesOf(shown(client, true))).to.deep.equal([first, second]);
    expect(memory.intermediatesOf(shown(other, true))).to.deep.equal([]);
  });

  it("adds nothing to a list that is complete", () => {
    const memory = new ChainMemory(4);
    memory.remember(verified(client, first, anchor));
    expect(memory.intermediatesOf(shown(client, false))).to.deep.equal([]);
    expect(memory.intermediatesOf(shown(client, false, [second]))).to.deep.equal([second]);
  });

  it("has nothing to remember of who comes from an anchor directly, or is pinned", () => {
    const memory = new ChainMemory(1);
    memory.remember(verified(client, first, anchor));
    memory.remember(verified(other, anchor));
    memory.remember(verified(other));
    expect(memory.intermediatesOf(shown(client, true))).to.deep.equal([first]);
  });

  it("keeps those of other trust sets' paths beside the newest, each once", () => {
    const memory = new ChainMemory(4);
    memory.remember(verified(client, first, anchor));
    memory.remember(verified(client, second, anchor));
    memory.remember(verified(client, second, anchor));
    expect(memory.intermediatesOf(shown(client, true))).to.deep.equal([second, first]);
  });

  it("forgets who was not seen for the longest time, and the oldest of too many intermediates", () => {
    const memory = new ChainMemory(1);
    const crowd = Array.from({ length: 20 }, () => parsed(root.intermediate().certificate));
    for (const one of crowd) memory.remember(verified(client, one, anchor));
    expect(memory.intermediatesOf(shown(client, true))).to.deep.equal(crowd.reverse().slice(0, 16));
    memory.remember(verified(other, first, anchor));
    expect(memory.intermediatesOf(shown(client, true))).to.deep.equal([]);
  });
});
