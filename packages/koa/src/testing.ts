import type { ClientIdentity } from "@mtls-shield/core";
import { createFakeShield, type FakeShieldOptions } from "@mtls-shield/core/testing";
import type { OnRefusal } from "@mtls-shield/node";
import { splitOptions } from "@mtls-shield/node/adapter";
import { middlewareOf, type MtlsMiddleware } from "./mtls.ts";
import type { KoaAnswer } from "./refuse.ts";

export {
  fakeClient,
  type FakeClientFacts,
  type FakeShieldOptions,
} from "@mtls-shield/core/testing";

/** Options of `fakeMtls`: those of `mtls()`, with names in place of trust sets. */
export interface FakeMtlsOptions extends FakeShieldOptions {
  readonly onRefusal?: OnRefusal<KoaAnswer>;
}

/**
 * Stands in for `mtls()` in tests without TLS: every request comes from this client, or from none. Rules, guards,
 * answers and `clientOf` are the real ones.
 */
export function fakeMtls(
  client: ClientIdentity | undefined,
  options: FakeMtlsOptions = {},
): MtlsMiddleware {
  const { trustSets, ...mtlsOptions } = options;
  const { shieldOptions, onRefusal } = splitOptions<KoaAnswer>(mtlsOptions);
  const fakeOptions = trustSets === undefined ? shieldOptions : { ...shieldOptions, trustSets };
  return middlewareOf(createFakeShield(client, fakeOptions), onRefusal);
}
