import { readIpAddress } from "@mtls-shield/core/adapter";

/** Who is behind an address: one IPv4 address, or the /64 that an IPv6 host has all to itself (RFC 4291 2.5.1). */
export function sourceKey(address: string): string {
  const octets = readIpAddress(address);
  if (octets?.length !== 16) return address;
  const isMapped = octets.toString("hex", 0, 12) === "00000000000000000000ffff";
  return isMapped ? octets.subarray(12).join(".") : octets.toString("hex", 0, 8);
}
