import { chainWith, type Defect, type MakeOptions } from "./broken/broken-certificate.ts";
import { encodingDefects } from "./broken/encoding-defects.ts";
import { extensionDefects } from "./broken/extension-defects.ts";
import { pathDefects } from "./broken/path-defects.ts";
import { signatureDefects } from "./broken/signature-defects.ts";
import type { IssuedChain } from "./test-authority.ts";

const defects = {
  ...pathDefects,
  ...signatureDefects,
  ...encodingDefects,
  ...extensionDefects,
} as const;

export type BrokenCertificateName = keyof typeof defects;

/** A client chain with exactly one defect, and its name in the table. */
export interface BrokenCertificate extends Defect {
  readonly name: BrokenCertificateName;
}

/** Client chains with one defect each, by name. `soundChain` is the same without a defect. */
export const brokenCertificates = Object.fromEntries(
  Object.entries(defects).map(([name, defect]) => [name, { name, ...defect }]),
) as Readonly<Record<BrokenCertificateName, BrokenCertificate>>;

/** Root, intermediate and client as every entry of the table has them, without a defect. */
export function soundChain(options?: MakeOptions): IssuedChain {
  return chainWith({}, options);
}
