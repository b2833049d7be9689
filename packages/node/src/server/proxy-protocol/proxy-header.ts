/** Whom a connection comes from, as the sender of a header says. */
export interface ProxiedSource {
  readonly address: string;
  readonly port: number;
  /** As `remoteFamily` of Node's sockets. */
  readonly family: "IPv4" | "IPv6";
}

/** What the first bytes of a connection are. Bytes that follow never change what is complete or malformed. */
export type ProxyHeader =
  | { readonly outcome: "incomplete" }
  | { readonly outcome: "malformed"; readonly problem: string }
  | {
      readonly outcome: "complete";
      /** Bytes of the header; whatever comes after it is the client's. */
      readonly length: number;
      /** Undefined where the connection stands for itself, such as the sender's health checks, or comes from no IP address. */
      readonly source: ProxiedSource | undefined;
    };

export const incomplete: ProxyHeader = { outcome: "incomplete" };

export function malformed(problem: string): ProxyHeader {
  return { outcome: "malformed", problem };
}

/** As much of the beginning as there is. */
export function beginsLike(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.length, beginning.length);
  return bytes.subarray(0, length).equals(beginning.subarray(0, length));
}
