import type { ClientIdentity } from "../identity/client-identity.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import { askMatcher, type ClientMatcher } from "./client-matcher.ts";
import type { CompiledRule } from "./compile-rule.ts";

/** Why a rule refuses a verified client; undefined when it admits it. */
export function judgeClient(
  { allow, deny }: Pick<CompiledRule, "allow" | "deny">,
  client: ClientIdentity,
): Reason | undefined {
  try {
    // A deny matcher has to say exactly false: whatever else it returns must not let anybody in.
    if (deny.some((matches) => askMatcher(matches, client) !== false))
      return reason("client-denied");
    if (typeof allow === "string" || admits(allow, client)) return undefined;
    return reason("client-not-allowed");
  } catch (cause) {
    return reason("matcher-failed", { cause });
  }
}

/** Only a matcher that returns exactly true admits: a promise or a truthy value does not. */
function admits(matchers: readonly ClientMatcher[], client: ClientIdentity): boolean {
  return matchers.some((matches) => askMatcher(matches, client) === true);
}
