// What adapters for frameworks are made of, beside the main entry. Applications need none of it.
export { readObject } from "./base/read-option.ts";
export { suggest } from "./base/suggest.ts";
export { deny, type DenyFacts } from "./decision/deny.ts";
export { defaultStatuses, type Statuses } from "./decision/statuses.ts";
export { noticeFailedCallback } from "./events/failed-callback.ts";
export type { Notices } from "./events/notices.ts";
export { createGuard, type Guard, type GuardedRequest } from "./guard.ts";
export { reason, type ReasonFacts } from "./reasons/reason.ts";
export { originOf, type ContextOrigin } from "./shield.ts";
export { shieldOptionNames } from "./shield-options.ts";
export { hasAuthorities } from "./sources/server-authorities.ts";
