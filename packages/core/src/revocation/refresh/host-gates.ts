import { BoundedMap } from "../../base/bounded-map.ts";
import { Gate } from "./gate.ts";

/** The operator's choice of hosts may hold wildcards. Of a gate that is forgotten too soon more tasks run than should. */
const mostHosts = 256;

/** A gate for each host: one that never answers keeps nobody from the others. */
export class HostGates {
  readonly #gates = new BoundedMap<string, Gate>(mostHosts);
  readonly #most: number;

  /** `most` tasks run at once with each host. */
  constructor(most: number) {
    this.#most = most;
  }

  of({ host }: URL): Gate {
    const gate = this.#gates.get(host) ?? new Gate(this.#most);
    this.#gates.set(host, gate);
    return gate;
  }
}
