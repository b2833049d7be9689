import type { Socket } from "node:net";
import { isInNetwork, type IpNetwork } from "@mtls-shield/core/adapter";

/** The peers whose headers are believed: each connection of theirs has to begin with one. */
export class ProxySenders {
  readonly #networks: readonly IpNetwork[];
  readonly #unix: "included" | "left out";

  constructor(networks: readonly IpNetwork[], unix: "included" | "left out") {
    this.#networks = networks;
    this.#unix = unix;
  }

  /** Asks for the peer itself, so only before a header has been accepted. */
  include(socket: Pick<Socket, "localAddress" | "remoteAddress">): boolean {
    const { remoteAddress } = socket;
    if (remoteAddress !== undefined) {
      return this.#networks.some((network) => isInNetwork(remoteAddress, network));
    }
    // A TCP peer that has hung up has no address any more either, but this end of its connection has.
    return this.#unix === "included" && socket.localAddress === undefined;
  }
}
