import { toHex } from "../../../base/bytes.ts";
import { plainSubtree, type Subtree } from "./subtree.ts";

/** RFC 5280 4.2.1.10: a range in the manner of RFC 4632, of addresses of its own length alone. Undefined: a mask with gaps. */
export function readIpSubtree(address: Buffer, mask: Buffer): Subtree<DataView> | undefined {
  if (hasGaps(mask)) return undefined;
  const [addressView, maskView] = [viewOf(address), viewOf(mask)];
  const words = Array.from({ length: mask.length / 4 }, (_, index) => {
    const wordMask = maskView.getInt32(index * 4);
    return { wordMask, wanted: addressView.getInt32(index * 4) & wordMask };
  });
  return plainSubtree(
    (name) =>
      name.byteLength === mask.length &&
      words.every(
        ({ wordMask, wanted }, index) => (name.getInt32(index * 4) & wordMask) === wanted,
      ),
  );
}

/** Octets to be compared by words; a Buffer reads them at half the speed. */
export function viewOf(octets: Buffer): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.length);
}

/** Whether ones follow a zero. */
function hasGaps(mask: Buffer): boolean {
  const freeBits = BigInt.asUintN(mask.length * 8, ~BigInt(`0x${toHex(mask)}`));
  return (freeBits & (freeBits + 1n)) !== 0n;
}
