import type { ClientIdentity } from "@mtls-shield/core";
import { createFakeShield, type FakeShieldOptions } from "@mtls-shield/core/testing";
import { handlerOf, splitOptions, type MtlsHandler } from "./mtls.ts";
import type { NodeAnswer, OnRefusal } from "./refuser.ts";

export {
  fakeClient,
  type FakeClientFacts,
  type FakeShieldOptions,
} from "@mtls-shield/core/testing";

/** Options of `fakeMtls`: those of `mtls()`, with names in place of trust sets. */
export interface FakeMtlsOptions extends FakeShieldOptions {
  readonly onRefusal?: OnRefusal<NodeAnswer>;
}

/**
 * Stands in for `mtls()` in tests without TLS: every request comes from this client, or from none. Rules, guards,
 * answers and `clientOf` are the real ones.
 */
export function fakeMtls(
  client: ClientIdentity | undefined,
  options: FakeMtlsOptions = {},
): MtlsHandler {
  const { trustSets, ...mtlsOptions } = options;
  const { shieldOptions, onRefusal } = splitOptions<NodeAnswer>(mtlsOptions);
  const fakeOptions = trustSets === undefined ? shieldOptions : { ...shieldOptions, trustSets };
  return handlerOf(createFakeShield(client, fakeOptions), onRefusal);
}
