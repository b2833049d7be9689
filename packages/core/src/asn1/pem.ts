/** One block of a PEM text (RFC 7468): what its header line says, and the bytes within. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Buffer;
}

const boundary = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----[ \t]*$/;

/**
 * The blocks of a PEM text. Text between blocks is allowed (RFC 7468 5.2); within a block only base64 is.
 * A string says what is wrong, and in which line.
 */
export function parsePem(text: string): readonly PemBlock[] | string {
  const blocks: PemBlock[] = [];
  let label: string | undefined;
  let body = "";
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const place = `line ${index + 1}`;
    const [, kind, name] = boundary.exec(line) ?? [];
    if (kind === "BEGIN") {
      if (label !== undefined) return `${place}: a block begins within another`;
      label = name;
      body = "";
    } else if (kind === "END") {
      if (label === undefined || label !== name) return `${place}: an END line without its BEGIN`;
      const bytes = decodeBase64(body);
      if (bytes === undefined) return `the block that ends in ${place} is not base64`;
      blocks.push({ label, bytes });
      label = undefined;
    } else if (label !== undefined) {
      body += line.trim();
    } else if (line.includes("-----")) {
      return `${place}: a boundary line is malformed`;
    }
  }
  return label === undefined ? blocks : `the last block (${label}) has no END line`;
}

/** Base64 in its one canonical form (RFC 4648 3.5): Node's own decoder skips what it does not know. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length > 0 && bytes.toString("base64") === text ? bytes : undefined;
}

/** The bytes of a text that is one PEM block with this label and nothing else; a string says what is wrong. */
export function parseSinglePem(text: string, label: string): Buffer | string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("-----BEGIN ") || !trimmed.endsWith("-----")) {
    return "the text is not a PEM block alone";
  }
  const blocks = parsePem(trimmed);
  if (typeof blocks === "string") return blocks;
  const [block, ...others] = blocks;
  if (block === undefined || others.length > 0) return "the text is not one PEM block";
  return block.label === label ? block.bytes : `the block is a ${block.label}, not a ${label}`;
}

/** A block as RFC 7468 writes it, in lines of 64 characters. */
export function printPem({ label, bytes }: PemBlock): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
