import type { ReasonCode } from "@mtls-shield/core";
import { extensions, type CrlChanges } from "@mtls-shield/testkit";
import { badlySigned } from "./badly-signed.ts";
import type { PkitsChanges } from "./pkits-authority.ts";
import { generalName, nameConstraints, privateExtension } from "./pkits-extensions.ts";
import { pkitsName } from "./pkits-name.ts";
import type { PkitsSuite } from "./pkits-suite.ts";

/** What is wrong with who signs a list, or with the list, and what that comes to. */
export interface SignerDefect {
  /** What the signer has. */
  readonly name: string;
  /** Undefined: the list does. */
  readonly code?: ReasonCode;
  readonly signer?: PkitsChanges;
  /** Of the authority that vouches for the signer and for nobody else. */
  readonly voucher?: PkitsChanges;
  readonly list?: CrlChanges;
  readonly revoked?: "signer" | "voucher" | "end";
}

const dayMs = 86_400_000;

/** Defects of the signer and its list. */
export function signerDefects({ now }: PkitsSuite): readonly SignerDefect[] {
  const code = "revocation-unknown";
  return [
    { name: "nothing wrong" },
    { name: "the end entity on its list", code: "certificate-revoked", revoked: "end" },
    { name: "a revoked certificate", code, revoked: "signer" },
    { name: "an expired certificate", code, signer: expired(now) },
    { name: "a certificate that is not valid yet", code, signer: { notBefore: now + dayMs } },
    { name: "a badly signed certificate", code, signer: { raw: badlySigned } },
    {
      name: "no right to sign lists",
      code,
      signer: { extensions: { keyUsage: extensions.keyUsage("keyCertSign") } },
    },
    { name: "an unknown critical extension", code, signer: withUnknown },
    { name: "an expired list", code, list: { thisUpdate: now - 2 * dayMs, nextUpdate: now - 1 } },
    { name: "a list of tomorrow", code, list: { thisUpdate: now + 1_000 } },
    { name: "a list with an unknown critical extension", code, list: withUnknown },
  ];
}

/** Defects of the authority that vouches for the signer. */
export function voucherDefects({ now }: PkitsSuite): readonly SignerDefect[] {
  const code = "revocation-unknown";
  const somewhereElse = generalName.directory(pkitsName(["unit", "Somewhere Else"]));
  return [
    { name: "a voucher that is revoked", code, revoked: "voucher" },
    { name: "a voucher that has expired", code, voucher: expired(now) },
    { name: "a voucher that is badly signed", code, voucher: { raw: badlySigned } },
    { name: "a voucher with an unknown critical extension", code, voucher: withUnknown },
    {
      name: "a voucher that may not give its name",
      code,
      voucher: { moreExtensions: [nameConstraints({ permitted: [somewhereElse] })] },
    },
    {
      name: "a voucher that requires a policy, and none",
      code,
      voucher: { moreExtensions: [extensions.policyConstraints({ requireExplicitPolicy: 0 })] },
      signer: { policies: [] },
    },
    {
      name: "a voucher that may sign no certificates",
      code,
      voucher: { extensions: { keyUsage: extensions.keyUsage("cRLSign") } },
    },
    {
      name: "a voucher that may sign no lists",
      code,
      voucher: { extensions: { keyUsage: extensions.keyUsage("keyCertSign") } },
    },
  ];
}

const withUnknown = { moreExtensions: [privateExtension({ critical: true })] };

function expired(now: number) {
  return { notBefore: now - 2 * dayMs, notAfter: now - 1_000 };
}
