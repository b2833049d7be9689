import { expect } from "chai";
import { crc32c } from "../../../src/server/proxy-protocol/crc32c.ts";

describe("crc32c", () => {
  // RFC 3720 appendix B.4, its bytes read in the order of the RFC's checksum field.
  for (const [name, bytes, sum] of [
    ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
    ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["32 increasing octets", Buffer.from(Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e],
    ["the digits 1 to 9", Buffer.from("123456789"), 0xe3069283],
    ["nothing", Buffer.alloc(0), 0],
  ] as const) {
    it(`gives the published sum of ${name}`, () => {
      expect(crc32c(bytes)).to.equal(sum);
    });
  }
});
