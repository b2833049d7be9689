import { expectAgreement } from "../expect-agreement.ts";
import { isWholeRun } from "../is-whole-run.ts";
import { SeededRandom } from "../seeded-random.ts";
import { nameCase } from "./name-case.ts";
import { nameMatrix } from "./name-matrix.ts";
import { randomChain } from "./random-chain.ts";

describe("npm run conformance, generated chains under name constraints", function () {
  this.timeout(isWholeRun ? 600_000 : 20_000);

  it("agrees where hosts and addresses are named, permitted and excluded", () => {
    const random = new SeededRandom(0);
    const cells = [...nameMatrix()].filter(() => isWholeRun || random.chance(0.1));
    expectAgreement(cells.map(({ id, chain }) => nameCase(`names::${id}`, chain)));
  });

  it("agrees where an address is asked for as a DNS name", () => {
    const random = new SeededRandom(1);
    const cells = [...nameMatrix()].filter(
      ({ chain }) => chain.peer?.form === "ip" && (isWholeRun || random.chance(0.05)),
    );
    expectAgreement(
      cells.map(({ id, chain }) =>
        nameCase(`names::${id}`, chain, {
          expected_peer_name: { kind: "DNS", value: chain.peer?.text },
        }),
      ),
    );
  });

  it("agrees where names of every form lie under several authorities", () => {
    const seeds = Array.from({ length: isWholeRun ? 20_000 : 800 }, (_, seed) => seed);
    expectAgreement(
      seeds.map((seed) => nameCase(`names::${seed}`, randomChain(new SeededRandom(seed)))),
    );
  });
});
