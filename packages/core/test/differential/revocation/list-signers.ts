import {
  authority,
  extensions as write,
  type TestAuthority,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { now } from "../oddities.ts";
import { keyPair } from "./key-pair.ts";
import { authorityName, listSignerName } from "./names.ts";
import type { SignerName } from "./situation.ts";

const clock = () => now;

const strangerRoot = authority({
  clock,
  commonName: "Stranger Root",
  keyPair: keyPair("stranger"),
});

/** An authority issues one helper at most, but for the root, whose helpers come and go together. */
export const helperSerialNumber = 4_712n;

/** Who signs the lists of a chain's authorities. */
export class ListSigners {
  readonly #chain: readonly TestAuthority[];
  readonly #helpers = new Map<string, TestCertificate>();

  /** The root first. */
  constructor(chain: readonly TestAuthority[]) {
    this.#chain = chain;
  }

  /** Those that were found so far and are no authorities. */
  get helpers(): readonly TestCertificate[] {
    return [...this.#helpers.values()];
  }

  /** For the authority at this place. */
  find(name: SignerName, place: number): TestCertificate {
    const own = this.#chain[place]!;
    const above = this.#chain[Math.max(0, place - 1)]!;
    switch (name) {
      case "the authority":
        return own.certificate;
      case "a namesake":
        return authority({
          clock,
          subject: authorityName(place),
          keyPair: keyPair("namesake"),
        }).certificate;
      case "a helper":
        return this.#helper(name, above, place);
      case "a helper of its own":
        return this.#helper(name, own, place);
      case "a helper without the usage":
        return this.#helper(name, above, place, write.keyUsage("digitalSignature"));
      case "a stranger's helper":
        return this.#helper(name, strangerRoot, place);
      case "the list signer":
        return this.#helper(name, this.#chain[0]!, 0);
    }
  }

  #helper(
    name: SignerName,
    issuer: TestAuthority,
    place: number,
    keyUsage = write.keyUsage("cRLSign"),
  ): TestCertificate {
    const role = `${name} ${place}`;
    const known =
      this.#helpers.get(role) ??
      issuer.client({
        subject: name === "the list signer" ? listSignerName : authorityName(place),
        serialNumber: helperSerialNumber,
        keyPair: keyPair(role),
        extensions: { keyUsage, extendedKeyUsage: "absent" },
      }).leaf;
    this.#helpers.set(role, known);
    return known;
  }
}
