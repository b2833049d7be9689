/**
 * A serial number that somebody wrote down, as the octets of a certificate in hex without leading zeros: that is how a
 * `ClientIdentity` tells it. It takes what `openssl x509 -serial` and other tools print. Undefined when it is none.
 */
export function serialNumberKey(text: string): string | undefined {
  const [, sign, digits] =
    /^(?:serial=)?(-?)(?:0x)?([0-9a-f]{1,160}|[0-9a-f]{1,2}(?::[0-9a-f]{2}){0,79})$/i.exec(
      text.trim(),
    ) ?? [];
  if (digits === undefined) return undefined;
  const hex = withoutZeros(digits.replaceAll(":", "").toLowerCase());
  return sign === "-" ? complementOf(BigInt(`0x${hex}`)) : hex;
}

export function withoutZeros(hex: string): string {
  return hex.replace(/^0+(?=.)/, "");
}

/** The octets of a negative INTEGER (X.690 8.3): RFC 5280 4.1.2.2 forbids them, and wants software to cope. */
function complementOf(magnitude: bigint): string {
  let bits = 8n;
  while (magnitude > 1n << (bits - 1n)) bits += 8n;
  return withoutZeros(BigInt.asUintN(Number(bits), -magnitude).toString(16));
}
