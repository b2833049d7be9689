import { DerCollector } from "../asn1/der-collector.ts";
import { DerError } from "../asn1/der-error.ts";
import { PemDecoder } from "../asn1/pem-decoder.ts";
import { tags } from "../asn1/tags.ts";
import { CertificateList } from "./certificate-list.ts";
import { doInSlices, letOthersRun, type Pause } from "../base/sliced-work.ts";

export interface LoadCertificateListsOptions {
  /** More than that is refused. */
  readonly maxBytes: number;
  /** Asked for after every few milliseconds of work. */
  readonly pause?: Pause;
}

/** Lists in one source: an authority that parts its list has a few hundred parts. */
const mostLists = 4_096;

/** Octets that are decoded in one slice: a millisecond or two. */
const octetsPerSlice = 262_144;
/** What taking a chunk costs besides its octets, in octets: a source may have millions of small ones. */
const chunkCost = 256;

/**
 * Reads the CRLs of a source: one in DER, or any number in PEM blocks. A string says what is wrong. No text is held, each list is
 * kept once, and other events have their turn meanwhile. A chunk is done with before the next one is asked for.
 */
export async function loadCertificateLists(
  source: AsyncIterable<Uint8Array>,
  { maxBytes, pause = letOthersRun }: LoadCertificateListsOptions,
): Promise<readonly CertificateList[] | string> {
  const blocks = await collectBlocks(source, maxBytes, pause);
  if (typeof blocks === "string") return blocks;
  const lists: CertificateList[] = [];
  for (const [index, block] of blocks.entries()) {
    const list = await readList(block, pause);
    if (typeof list === "string") {
      return blocks.length === 1 ? list : `list ${index + 1}: ${list}`;
    }
    lists.push(list);
  }
  return lists;
}

async function readList(der: Buffer, pause: Pause): Promise<CertificateList | string> {
  try {
    return await doInSlices(CertificateList.read(der), pause);
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

async function collectBlocks(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  pause: Pause,
): Promise<readonly Buffer[] | string> {
  const reading = new Reading(maxBytes);
  let octetsLeft = maxBytes;
  let sliceLeft = octetsPerSlice;
  for await (const chunk of source) {
    octetsLeft -= chunk.length;
    if (octetsLeft < 0) return `there are more than ${maxBytes} octets`;
    sliceLeft -= chunkCost;
    for (let at = 0; at < chunk.length; at += octetsPerSlice) {
      const piece = chunk.subarray(at, at + octetsPerSlice);
      const problem = reading.write(piece);
      if (problem !== undefined) return problem;
      sliceLeft -= piece.length;
      if (sliceLeft > 0) continue;
      sliceLeft = octetsPerSlice;
      await pause();
    }
  }
  return reading.finish();
}

/** The lists' DER, as it comes. The first octet tells which of the two forms it has. */
class Reading {
  readonly #maxBytes: number;
  #form: DerForm | PemForm | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  write(piece: Uint8Array): string | undefined {
    this.#form ??=
      piece[0] === tags.sequence ? new DerForm(this.#maxBytes) : new PemForm(this.#maxBytes);
    return this.#form.write(piece);
  }

  finish(): readonly Buffer[] | string {
    return this.#form === undefined ? "there is nothing" : this.#form.finish();
  }
}

class DerForm {
  readonly #collector: DerCollector;

  constructor(maxBytes: number) {
    this.#collector = new DerCollector(maxBytes);
  }

  write(piece: Uint8Array): string | undefined {
    return this.#collector.write(piece);
  }

  finish(): readonly Buffer[] | string {
    const der = this.#collector.finish();
    return typeof der === "string" ? der : [der];
  }
}

class PemForm {
  readonly #decoder: PemDecoder;
  readonly #lists: Buffer[] = [];

  constructor(maxBytes: number) {
    let collector = new DerCollector(maxBytes);
    this.#decoder = new PemDecoder({
      begin: (label) => {
        if (label !== "X509 CRL") return `a block is a ${label}, not an X509 CRL`;
        if (this.#lists.length === mostLists) return `there are more than ${mostLists} lists`;
        collector = new DerCollector(maxBytes);
        return undefined;
      },
      write: (bytes) => collector.write(bytes),
      end: () => {
        const der = collector.finish();
        if (typeof der === "string") return der;
        this.#lists.push(der);
        return undefined;
      },
    });
  }

  write(piece: Uint8Array): string | undefined {
    return this.#decoder.write(piece);
  }

  finish(): readonly Buffer[] | string {
    const problem = this.#decoder.end();
    if (problem !== undefined) return problem;
    return this.#lists.length === 0 ? "there is neither DER nor a PEM block" : this.#lists;
  }
}
