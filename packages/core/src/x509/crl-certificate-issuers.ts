import { DerReader } from "../asn1/der-reader.ts";
import { readGeneralNames, type GeneralName } from "./general-name.ts";

/** How many values are remembered parsed: an authority lists certificates of a few issuers. */
const mostRemembered = 1_024;
/** Octets of DER: mostly a value is one name, and a longer one would take kilobytes when it is parsed. */
const longestRemembered = 256;

/**
 * The certificate issuers that entries of an indirect CRL name (RFC 5280 5.3.3): each one is checked and kept once, however many
 * entries name it.
 */
export class CrlCertificateIssuers {
  readonly #ids = new Map<string, number>();
  /** The DER of the names: text of one octet a character takes less room than many small buffers. */
  readonly #values: string[] = [];
  /** Parsed, by their number. */
  readonly #remembered = new Map<number, readonly GeneralName[]>();

  get count(): number {
    return this.#values.length;
  }

  /** The number of an extension's value, from 1 on. Throws `DerError` where it is no list of names. */
  idOf(value: Buffer): number {
    const key = value.toString("latin1");
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    parseNames(value);
    this.#ids.set(key, this.#values.push(key));
    return this.count;
  }

  /**
   * Tells the names of numbers; undefined for 0. It remembers for itself what is too long for all: an entry may name thousands of
   * issuers, and thousands of entries that are found together may share them.
   */
  teller(): (id: number) => readonly GeneralName[] | undefined {
    if (this.count === 0) return tellNobody;
    const told = new Map<number, readonly GeneralName[]>();
    return (id) => {
      if (id === 0) return undefined;
      return this.#remembered.get(id) ?? told.get(id) ?? this.#parse(id, told);
    };
  }

  /** Once every entry has been read, nothing is looked up by its value any more. */
  seal(): void {
    this.#ids.clear();
  }

  #parse(id: number, told: Map<number, readonly GeneralName[]>): readonly GeneralName[] {
    const value = this.#values[id - 1] as string;
    const names = parseNames(Buffer.from(value, "latin1"));
    if (value.length > longestRemembered) {
      told.set(id, names);
      return names;
    }
    if (this.#remembered.size === mostRemembered) this.#remembered.clear();
    this.#remembered.set(id, names);
    return names;
  }
}

const tellNobody = (): undefined => undefined;

function parseNames(value: Buffer): readonly GeneralName[] {
  const reader = DerReader.of(value);
  const names = readGeneralNames(reader, "any-ascii");
  reader.finish();
  return names;
}
