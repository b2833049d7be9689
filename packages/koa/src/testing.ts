import type { ClientIdentity } from "@mtls-shield/core";
import { fakeShieldOf, type FakeMtlsOptions } from "@mtls-shield/node/testing";
import { middlewareOf, type MtlsMiddleware } from "./mtls.ts";
import type { KoaAnswer } from "./refuser.ts";

export {
  fakeClient,
  type FakeClientFacts,
  type FakeMtlsOptions,
  type FakeShieldOptions,
} from "@mtls-shield/node/testing";

/**
 * Stands in for `mtls()` in tests without TLS: every request comes from this client, or from none. Rules, guards,
 * answers and `clientOf` are the real ones.
 */
export function fakeMtls(
  client: ClientIdentity | undefined,
  options: FakeMtlsOptions<KoaAnswer> = {},
): MtlsMiddleware {
  const { shield, config } = fakeShieldOf(client, options);
  return middlewareOf(shield, config);
}
