import { ConfigError } from "../base/config-error.ts";
import { isPlainObject } from "../base/read-option.ts";
import { suggest } from "../base/suggest.ts";
import type { CertificateInput } from "../path/certificate-input.ts";
import type { TrustSetOptions } from "../path/trust-input.ts";
import type { RevocationOptions } from "./revocation-options.ts";

/** One trust set, with its parts told apart, and how its certificates' revocations become known. */
export interface RevocableTrustSetOptions extends TrustSetOptions {
  /** In place of the shield's own `revocation`; `false`: nobody is asked about this set. */
  readonly revocation?: RevocationOptions | false;
}

/** Whom to trust: certificates, one set with its parts told apart, or several sets by name. */
export type RevocableTrustInput =
  | CertificateInput
  | RevocableTrustSetOptions
  | Readonly<Record<string, CertificateInput | RevocableTrustSetOptions>>;

/** The `trust` option without what it says of revocation, and that by the name of the set. */
export interface SplitTrust {
  readonly trust: unknown;
  readonly revocations: ReadonlyMap<string, OwnRevocation>;
}

/** What a set says of revocation, unread. */
export interface OwnRevocation {
  readonly input: unknown;
  readonly option: string;
}

/** Takes `revocation` out of the sets of a `trust` option; what else is in them is for `readTrust` to judge. */
export function splitTrust(input: unknown, defaultName: string): SplitTrust {
  const revocations = new Map<string, OwnRevocation>();
  if (!isPlainObject(input)) return { trust: input, revocations };
  const takeFrom = (set: Readonly<Record<string, unknown>>, name: string, option: string) => {
    refuseMisspelt(set, option);
    const { revocation, ...trust } = set;
    if ("revocation" in set) {
      revocations.set(name, { input: revocation, option: `${option}.revocation` });
    }
    return trust;
  };
  if ("revocation" in input) return { trust: takeFrom(input, defaultName, "trust"), revocations };
  refuseMisspelt(input, "trust");
  const sets = Object.entries(input).map(([name, set]) => [
    name,
    isPlainObject(set) ? takeFrom(set, name, `trust.${name}`) : set,
  ]);
  return { trust: Object.fromEntries(sets) as unknown, revocations };
}

/** A safeguard that is misspelt would be one that is left out. */
function refuseMisspelt(set: Readonly<Record<string, unknown>>, option: string): void {
  const misspelt = Object.keys(set).find(
    (key) => key !== "revocation" && suggest(key, ["revocation"]) !== undefined,
  );
  if (misspelt === undefined) return;
  const name = `${option}.${misspelt}`;
  throw new ConfigError(name, "is not an option", 'Did you mean "revocation"?');
}
