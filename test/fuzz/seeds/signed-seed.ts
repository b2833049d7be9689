import {
  signatureScheme,
  usualScheme,
  type TestCertificate,
  type TestCrl,
} from "@mtls-shield/testkit";
import { branch, leaf, parseTree, type DerNode } from "../der/der-tree.ts";

/** A certificate or a CRL: something signed, an algorithm, a signature. */
export interface SignedSeed {
  readonly der: Buffer;
  readonly tree: DerNode;
  /** Signs in the name of its issuer; undefined where the issuer's key is not known. */
  readonly sign: ((signed: Uint8Array) => Uint8Array) | undefined;
  /** Whether its signature holds. A mutant of one whose signature does not may repair it, and be genuine. */
  readonly isSound: boolean;
  /** RSA signatures take as long as twenty others. */
  readonly isCheap: boolean;
}

export function certificateSeed({ der, parts }: TestCertificate): SignedSeed {
  const bytes = Buffer.from(der);
  return {
    der: bytes,
    tree: parseTree(bytes),
    sign: parts.sign,
    isSound: true,
    isCheap: bytes.length < 1_500 && !isRsa(parts.innerSignatureAlgorithm),
  };
}

export function listSeed(
  { der }: Pick<TestCrl, "der">,
  { privateKey }: TestCertificate,
): SignedSeed {
  const bytes = Buffer.from(der);
  const { sign, algorithm } = signatureScheme(usualScheme(privateKey));
  return {
    der: bytes,
    tree: parseTree(bytes),
    sign: (signed) => sign(signed, privateKey),
    isSound: true,
    isCheap: !isRsa(algorithm),
  };
}

/** What comes from elsewhere, without its issuer's key. */
export function foreignSeed(der: Uint8Array): SignedSeed {
  const bytes = Buffer.from(der);
  return { der: bytes, tree: parseTree(bytes), sign: undefined, isSound: true, isCheap: false };
}

/** The seed with another signed part, and a signature that fits it. */
export function resign({ tree, sign }: SignedSeed, signed: DerNode): DerNode {
  const algorithm = tree.children?.[1];
  if (sign === undefined || algorithm === undefined) return tree;
  const signature = leaf(0x03, Buffer.concat([Buffer.of(0), sign(signed.der)]));
  return branch(0x30, [signed, algorithm, signature]);
}

/** 1.2.840.113549.1.1 */
function isRsa(algorithm: Uint8Array): boolean {
  return Buffer.from(algorithm).includes(Buffer.from("2a864886f70d0101", "hex"));
}
