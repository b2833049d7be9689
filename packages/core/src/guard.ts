import type { DenyDecision, MtlsContext } from "./decision/decision.ts";
import { deny } from "./decision/deny.ts";
import { traitsOf, type ClientMatcher } from "./policy/client-matcher.ts";
import { readAllowedClients } from "./policy/compile-rule.ts";
import { judgeClient } from "./policy/judge-client.ts";
import { reason, type Reason } from "./reasons/reason.ts";
import { emitProcessWarning, Notices } from "./events/notices.ts";
import { originOf } from "./context-origin.ts";
import { noticeEngineFault } from "./engine.ts";

/** What a guard tells of a request in its decision event. */
export interface GuardedRequest {
  readonly method: string;
  readonly target: string;
}

/** Says why a client may not pass; undefined when it may. Enforced in every mode. */
export type Guard = (
  context: MtlsContext | undefined,
  request: GuardedRequest,
) => DenyDecision | undefined;

/** A guard that admits a verified client whom any of the matchers means, or every verified client. */
export function createGuard(allowed: readonly (ClientMatcher | "any-client")[]): Guard {
  const allow = readAllowedClients(allowed.length === 1 ? allowed[0] : allowed, "requireClient");
  const traits = allow === "any-client" ? [] : allow.map(traitsOf);
  const needsTrustSet = traits.some((each) => each.needsTrustSet);
  const trustSets = traits.flatMap((each) => each.trustSets);

  function judge(context: MtlsContext, known: readonly string[]): Reason | undefined {
    if (!context.authenticated) return context.reason;
    const isUnclear =
      (needsTrustSet && known.length > 1) || trustSets.some((name) => !known.includes(name));
    if (isUnclear) return reason("trust-set-unnamed");
    return judgeClient({ allow, deny: [] }, context.client);
  }

  return (context, request) => {
    const origin = context && originOf(context);
    if (context === undefined || origin === undefined) return denyWithoutShield();
    const why = judge(context, origin.trustSetNames);
    if (why?.category === "engine") noticeEngineFault(origin.notices, why);
    const { client } = context;
    const refusal = why && deny(why, { client });
    const decision = refusal ?? { outcome: "allow", client, rule: undefined, warnings: [] };
    origin.report?.("guard", request, decision);
    return refusal;
  };
}

/** For guards that no shield ran before, so that there is nobody else to tell. */
const processNotices = new Notices(emitProcessWarning);

function denyWithoutShield(): DenyDecision {
  const why = reason("shield-missing");
  noticeEngineFault(processNotices, why);
  return deny(why);
}
