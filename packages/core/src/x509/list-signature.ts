import { BoundedMap } from "../base/bounded-map.ts";
import type { PublicKey } from "./public-key.ts";
import {
  isAcceptedAlgorithm,
  verifySignature,
  type LegacyAlgorithm,
  type SignatureAlgorithm,
  type SignatureVerdict,
} from "./signature.ts";
import { verifySignatureInSlices } from "./sliced-signature.ts";
import type { Pause } from "../base/sliced-work.ts";

/** An authority has one or two keys that sign its lists. */
const rememberedKeys = 8;

/**
 * The signature of a CRL. Verdicts are remembered, so that a list of 40 MB is hashed once and not at every verification. A
 * verdict is a pure function of list and key, so nothing of one client reaches another through it.
 */
export class ListSignature {
  readonly #algorithm: SignatureAlgorithm | undefined;
  readonly #signature: Buffer;
  #signed: Buffer | undefined;
  readonly #verdicts = new BoundedMap<string, SignatureVerdict>(rememberedKeys);
  /** The key that was found to have made it; it is never forgotten. */
  #signer: string | undefined;

  constructor(algorithm: SignatureAlgorithm | undefined, signed: Buffer, signature: Buffer) {
    this.#algorithm = algorithm;
    this.#signed = signed;
    this.#signature = signature;
  }

  /** The verdict where it takes no check; undefined where it does. */
  knownVerdict(key: PublicKey, legacy: ReadonlySet<LegacyAlgorithm>): SignatureVerdict | undefined {
    const algorithm = this.#algorithm;
    if (algorithm === undefined || !isAcceptedAlgorithm(algorithm, legacy)) {
      return "algorithm-unsupported";
    }
    if (key.octets === this.#signer) return "valid";
    const unknown = this.#signed === undefined ? "invalid" : undefined;
    return this.#verdicts.get(key.octets) ?? unknown;
  }

  verify(key: PublicKey, legacy: ReadonlySet<LegacyAlgorithm>): SignatureVerdict {
    const known = this.knownVerdict(key, legacy);
    if (known !== undefined) return known;
    const signed = this.#signed as Buffer;
    return this.#remember(
      key,
      verifySignature(this.#algorithm, signed, this.#signature, key, legacy),
    );
  }

  async verifyInSlices(
    key: PublicKey,
    legacy: ReadonlySet<LegacyAlgorithm>,
    pause: Pause,
  ): Promise<SignatureVerdict> {
    const known = this.knownVerdict(key, legacy);
    if (known !== undefined) return known;
    const algorithm = this.#algorithm as SignatureAlgorithm;
    const signed = this.#signed as Buffer;
    return this.#remember(
      key,
      await verifySignatureInSlices(algorithm, signed, this.#signature, key, pause),
    );
  }

  /** Lets go of what is signed once a key was found to have signed it; until then there is no telling whose list it is. */
  release(): void {
    if (this.#signer !== undefined) this.#signed = undefined;
  }

  #remember(key: PublicKey, verdict: SignatureVerdict): SignatureVerdict {
    if (verdict === "valid") this.#signer ??= key.octets;
    this.#verdicts.set(key.octets, verdict);
    return verdict;
  }
}
