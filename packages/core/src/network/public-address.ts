import { isInNetwork, type IpNetwork, readIpNetwork } from "./ip-network.ts";

/** What the IANA has given to hosts of the Internet so far: every other IPv6 address is reserved or local. */
const globalUnicast = networks("0.0.0.0/0", "2000::/3");

/** Whatever of it is not globally reachable by the IANA's special-purpose registries, or leads to such addresses. */
const reserved = networks(
  // "This network", RFC 1122: systems connect to themselves.
  "0.0.0.0/8",
  // RFC 1918.
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  // Carrier-grade NAT, RFC 6598; and Alibaba's metadata service.
  "100.64.0.0/10",
  // Loopback.
  "127.0.0.0/8",
  // The platform services of Azure (WireServer): a public address that only a virtual machine's own host answers.
  "168.63.129.16",
  // Link-local, RFC 3927; and the metadata service of most clouds.
  "169.254.0.0/16",
  // IETF protocol assignments, RFC 6890; and Oracle's metadata service.
  "192.0.0.0/24",
  // Documentation, RFC 5737.
  "192.0.2.0/24",
  "198.51.100.0/24",
  "203.0.113.0/24",
  // Relays to 6to4, RFC 7526.
  "192.88.99.0/24",
  // Benchmarks, RFC 2544.
  "198.18.0.0/15",
  // Multicast; reserved, and broadcast.
  "224.0.0.0/4",
  "240.0.0.0/4",
  // IETF protocol assignments, RFC 2928: Teredo, which hides an IPv4 address, benchmarks, ORCHID.
  "2001::/23",
  // Documentation, RFC 3849 and RFC 9637.
  "2001:db8::/32",
  "3fff::/20",
  // 6to4, RFC 3056: hides an IPv4 address.
  "2002::/16",
);

/** Whether an address belongs to a host of the Internet; not so what is no address at all. */
export function isPublicAddress(address: string): boolean {
  return isInAny(address, globalUnicast) && !isInAny(address, reserved);
}

function isInAny(address: string, list: readonly IpNetwork[]): boolean {
  return list.some((network) => isInNetwork(address, network));
}

function networks(...texts: readonly string[]): readonly IpNetwork[] {
  return texts.map((text) => readIpNetwork(text) as IpNetwork);
}
