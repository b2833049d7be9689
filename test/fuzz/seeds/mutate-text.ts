import { hostileText } from "../der/hostile-values.ts";
import { mutateBytes } from "../der/mutate-bytes.ts";
import type { Random } from "../random.ts";

export function toPem(label: string, bytes: Uint8Array): string {
  const body = Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

const lines = [
  ...["", " ", "-----", "-----BEGIN", "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"],
  ...[
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN X509 CRL-----",
    "-----BEGIN PUBLIC KEY-----",
    "----- BEGIN A-----",
  ],
  ...[
    "-----BEGIN CERTIFICATE----- x",
    "-----END A-----",
    "Proc-Type: 4,ENCRYPTED",
    "====",
    "AAAA",
    "A",
    "\0",
    "\u2028",
  ],
] as const;

/** PEM text with lines and characters changed. */
export function mutateText(seed: string, random: Random): Buffer {
  let text = seed.split("\n");
  for (let left = random.length(2); left > 0; left--) {
    const at = random.below(text.length);
    const line = text[at] ?? "";
    const put = random.pick<() => readonly string[]>([
      () => [],
      () => [line, line],
      () => [random.pick(lines)],
      () => [random.pick(lines), line],
      () => [line, hostileText(random, 16_384).toString()],
      () => [mutateBytes(Buffer.from(line), Buffer.from(random.pick(lines)), random).toString()],
      () => [`${line}${random.pick([" ", "\t", "\r", "\v", "=", "-", "\ufeff"])}`],
      () =>
        new Array<string>(random.length(512)).fill(random.chance(0.5) ? line : random.pick(lines)),
    ])();
    text = [...text.slice(0, at), ...put, ...text.slice(at + 1)];
  }
  return Buffer.from(text.join(random.pick(["\n", "\n", "\r\n", "\r"])));
}
