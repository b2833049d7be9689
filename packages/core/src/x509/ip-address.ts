import { isIPv4, isIPv6, SocketAddress } from "node:net";

/** The octets of an IPv4 address in dotted decimals or of an IPv6 address (RFC 4291 2.2), without a zone. */
export function readIpAddress(text: string): Buffer | undefined {
  if (isIPv4(text)) return Buffer.from(text.split(".").map(Number));
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const written = text.replace(/[\d.]+$/, (tail) => (isIPv4(tail) ? groupsOfIpv4(tail) : tail));
  const missing = 8 - splitGroups(written).length;
  const whole = written.replace("::", `:${"0:".repeat(missing)}`);
  return Buffer.from(
    splitGroups(whole)
      .map((group) => group.padStart(4, "0"))
      .join(""),
    "hex",
  );
}

/** The last 32 bits as two groups. */
function groupsOfIpv4(text: string): string {
  const hex = Buffer.from(text.split(".").map(Number)).toString("hex");
  return `${hex.slice(0, 4)}:${hex.slice(4)}`;
}

function splitGroups(text: string): readonly string[] {
  return text.split(":").filter((group) => group !== "");
}

/** The usual text of 4 or 16 octets: dotted decimals, or RFC 5952. */
export function printIpAddress(octets: Buffer): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, index) =>
    octets.readUInt16BE(index * 2).toString(16),
  );
  // The operating system prints the form of RFC 5952.
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}
