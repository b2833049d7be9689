import type { ClientIdentity, Shield } from "@mtls-shield/core";
import { createFakeShield, type FakeShieldOptions } from "@mtls-shield/core/testing";
import {
  handlerOf,
  splitOptions,
  type AdapterConfig,
  type AdapterOptions,
  type MtlsHandler,
} from "./mtls.ts";
import type { NodeAnswer } from "./refuser.ts";

export {
  fakeClient,
  type FakeClientFacts,
  type FakeShieldOptions,
} from "@mtls-shield/core/testing";

/** Options of `fakeMtls`: those of `mtls()`, with names in place of trust sets. */
export interface FakeMtlsOptions<Answer = NodeAnswer>
  extends FakeShieldOptions, AdapterOptions<Answer> {}

/**
 * Stands in for `mtls()` in tests without TLS: every request comes from this client, or from none. Rules, guards,
 * answers and `clientOf` are the real ones.
 */
export function fakeMtls(
  client: ClientIdentity | undefined,
  options: FakeMtlsOptions = {},
): MtlsHandler {
  const { shield, config } = fakeShieldOf(client, options);
  return handlerOf(shield, config);
}

/** The fake shield of an adapter's `fakeMtls`, and how it answers. */
export function fakeShieldOf<Answer>(
  client: ClientIdentity | undefined,
  options: FakeMtlsOptions<Answer>,
): { readonly shield: Shield; readonly config: AdapterConfig<Answer> } {
  const { trustSets, ...mtlsOptions } = options;
  const { shieldOptions, config } = splitOptions<Answer>(mtlsOptions);
  const names = trustSets === undefined ? {} : { trustSets };
  return { shield: createFakeShield(client, { ...shieldOptions, ...names }), config };
}
