import { equalBytes } from "../base/bytes.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { GeneralName } from "../x509/general-name.ts";
import { isNumericHost, readHostName } from "../x509/host-name.ts";
import { readIpAddress } from "../x509/ip-address.ts";
import { readMailbox } from "../x509/mailbox.ts";

/** A name that the other end is expected to have (RFC 9525). */
export interface PeerName {
  readonly type: "dns" | "ip" | "email";
  /**
   * A host in ASCII (A-labels, no wildcard; case does not count, nor one final dot), an IP address in any usual text form without a
   * zone, or a mailbox (the case of the host does not count). What is none of these matches no certificate.
   */
  readonly value: string;
}

/**
 * Whether the certificate is one of the named peer (RFC 9525 6). Only alternative names of the same type are asked, the
 * common name never (RFC 9525 2); a malformed name is nobody's.
 */
export function holdsPeerName({ extensions }: Certificate, { type, value }: PeerName): boolean {
  const isPeer = peerTest(type, value);
  return isPeer !== undefined && (extensions.subjectAltName ?? []).some(isPeer);
}

type PeerTest = (presented: GeneralName) => boolean;

function peerTest(type: PeerName["type"], value: string): PeerTest | undefined {
  switch (type) {
    case "dns":
      return dnsTest(value);
    case "ip":
      return ipTest(value);
    case "email":
      return emailTest(value);
  }
}

/** RFC 9525 6.3 */
function dnsTest(value: string): PeerTest | undefined {
  // A final dot only says that the name is whole; nobody presents it.
  const host = readHostName(value.replace(/\.$/, ""));
  if (host === undefined || isNumericHost(host)) return undefined;
  const dot = host.indexOf(".");
  // The wildcard stands for the whole first label and nothing else, an A-label included. Other names with a star are literals,
  // which no host equals. Below the star there is at least one label.
  const wildcard = dot === -1 ? undefined : `*${host.slice(dot)}`;
  return (presented) => {
    if (presented.type !== "dns") return false;
    const name = presented.value.toLowerCase();
    return name === host || name === wildcard;
  };
}

/** RFC 9525 6.4: octets, so that an IPv4 address and the IPv6 address that maps it are two. */
function ipTest(value: string): PeerTest | undefined {
  const address = readIpAddress(value);
  if (address === undefined) return undefined;
  return (presented) => presented.type === "ip" && equalBytes(presented.value, address);
}

/** RFC 5280 7.5 */
function emailTest(value: string): PeerTest | undefined {
  const wanted = readMailbox(value);
  if (wanted === undefined) return undefined;
  return (presented) => {
    if (presented.type !== "email") return false;
    const mailbox = readMailbox(presented.value);
    return mailbox?.local === wanted.local && mailbox.host === wanted.host;
  };
}
