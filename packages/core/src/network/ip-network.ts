import { readIpAddress } from "../x509/ip-address.ts";

/** A block of addresses: those that begin with the same bits. */
export interface IpNetwork {
  /** 4 or 16; the bits beyond the prefix are zero. */
  readonly octets: Buffer;
  readonly prefixLength: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address; undefined when it is none, or has bits beyond its prefix. */
export function readIpNetwork(text: string): IpNetwork | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const octets = readIpAddress(address);
  // What is written as IPv6 and means IPv4 has two prefix lengths: it is to be written as IPv4.
  if (octets === undefined || isMappedIpv4(octets) || rest.length > 0) return undefined;
  const prefixLength = readPrefixLength(length, octets.length * 8);
  if (prefixLength === undefined) return undefined;
  return prefixOf(octets, prefixLength).equals(octets) ? { octets, prefixLength } : undefined;
}

function readPrefixLength(text: string | undefined, longest: number): number | undefined {
  if (text === undefined) return longest;
  if (!/^(?:0|[1-9]\d{0,2})$/.test(text)) return undefined;
  return Number(text) <= longest ? Number(text) : undefined;
}

/** Whether an address, as operating systems print it, is in the network. IPv4-mapped IPv6 (RFC 4291 2.5.5.2) is IPv4. */
export function isInNetwork(address: string, network: IpNetwork): boolean {
  const octets = readIpAddress(address);
  if (octets === undefined) return false;
  return prefixOf(reachedOctets(octets), network.prefixLength).equals(network.octets);
}

function prefixOf(octets: Buffer, prefixLength: number): Buffer {
  return Buffer.from(
    octets.map((octet, index) => {
      const bits = Math.min(Math.max(prefixLength - index * 8, 0), 8);
      return octet & (0xff00 >> bits);
    }),
  );
}

/** The address that a socket reaches: an IPv4-mapped one leads to an IPv4 host. */
function reachedOctets(octets: Buffer): Buffer {
  return isMappedIpv4(octets) ? octets.subarray(12) : octets;
}

function isMappedIpv4(octets: Buffer): boolean {
  return octets.length === 16 && octets.toString("hex", 0, 12) === "00000000000000000000ffff";
}
