import { crlDistributionPoints, extensions } from "@mtls-shield/testkit";
import { declareTests } from "./declare-tests.ts";
import type { PkitsAuthority } from "./pkits-authority.ts";
import { pkitsName } from "./pkits-name.ts";
import { PkitsSuite } from "./pkits-suite.ts";
import { signerDefects, voucherDefects, type SignerDefect } from "./signer-defects.ts";

/** An end entity's issuer, whose own list speaks of those that point to it, and of no end entity. */
interface Scene {
  readonly suite: PkitsSuite;
  readonly issuer: PkitsAuthority;
  readonly pointingToIssuer: readonly Uint8Array[];
  readonly defect: SignerDefect;
}

/** Who vouches for the signer, and in which words: the extensions that its certificate needs for its status. */
interface Voucher {
  readonly authority: PkitsAuthority;
  readonly more: readonly Uint8Array[];
}

const vouchers: Readonly<Record<string, (scene: Scene, number: number) => Voucher>> = {
  "the anchor": ({ suite }) => ({ authority: suite.anchor, more: [] }),
  "the issuer": ({ issuer, pointingToIssuer }) => ({ authority: issuer, more: pointingToIssuer }),
  "an authority beside the issuer": ({ suite, defect }, number) => ({
    authority: vouching(suite.anchor, defect, number),
    more: [],
  }),
  "an authority below the issuer": ({ issuer, pointingToIssuer, defect }, number) => ({
    authority: vouching(issuer, defect, number, pointingToIssuer),
    more: [],
  }),
};

/** Tests in the manner of PKITS 4.4.19 and 4.14.24 to 4.14.30: signers in every place, with every defect. */
for (const [place, find] of Object.entries(vouchers)) {
  for (const kind of ["an indirect list", "a list in the issuer's name"] as const) {
    const suite = new PkitsSuite();
    const hasVoucher = place.startsWith("an authority");
    const defects = [...signerDefects(suite), ...(hasVoucher ? voucherDefects(suite) : [])];
    for (const [number, defect] of defects.entries()) {
      addTest(suite, { kind, find, defect, number });
    }
    describe(`judgeCase, ${kind} by a signer below ${place}`, () => {
      declareTests(suite.tests, suite.writtenCases());
    });
  }
}

interface SignerTest {
  readonly kind: "an indirect list" | "a list in the issuer's name";
  readonly find: (scene: Scene, number: number) => Voucher;
  readonly defect: SignerDefect;
  readonly number: number;
}

function addTest(suite: PkitsSuite, { kind, find, defect, number }: SignerTest): void {
  const isIndirect = kind === "an indirect list";
  const place = { directoryNames: [pkitsName(["unit", `Point ${number}`])] };
  const pointingToIssuer = [crlDistributionPoints(place)];
  const issuer = suite.anchor.subordinate(`Issuer ${number}`, { list: { scope: place } });
  const voucher = find({ suite, issuer, pointingToIssuer, defect }, number);
  const name = isIndirect ? pkitsName(["commonName", `Signer ${number}`]) : issuer.subject;
  const { moreExtensions = [], ...changes } = defect.signer ?? {};
  const signer = voucher.authority.subordinate(name, {
    ...changes,
    extensions: {
      basicConstraints: "absent",
      keyUsage: extensions.keyUsage("cRLSign"),
      ...changes.extensions,
    },
    moreExtensions: [...voucher.more, ...moreExtensions],
    list: "none",
  });
  const end = issuer.endEntity(
    isIndirect ? { moreExtensions: [crlDistributionPoints({ crlIssuers: [signer.subject] })] } : {},
  );
  if (defect.revoked === "signer") voucher.authority.revoke(signer.certificate);
  const ofIssuer = isIndirect ? { certificateIssuer: issuer.subject } : {};
  signer.publish({
    ...(isIndirect ? { scope: { indirect: true } } : {}),
    revoked: defect.revoked === "end" ? [{ certificate: end, ...ofIssuer }] : [],
    ...defect.list,
  });
  const id = String(number);
  if (defect.code === undefined) suite.accepts(id, `accepts with ${defect.name}`, end);
  else suite.refuses(id, defect.code, `refuses with ${defect.name}`, end);
}

function vouching(
  above: PkitsAuthority,
  { voucher = {}, revoked }: SignerDefect,
  number: number,
  more: readonly Uint8Array[] = [],
): PkitsAuthority {
  const authority = above.subordinate(`Voucher ${number}`, {
    ...voucher,
    moreExtensions: [...more, ...(voucher.moreExtensions ?? [])],
  });
  if (revoked === "voucher") above.revoke(authority.certificate);
  return authority;
}
