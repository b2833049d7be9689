import { ConfigError } from "../base/config-error.ts";
import { readObject } from "../base/read-option.ts";
import type { Reason } from "../reasons/reason.ts";
import { reasonInfo } from "../reasons/reasons.ts";

/** Which status answers a refusal, where that is a matter of taste. */
export interface StatusOptions {
  /** The status when no verified client came. 403 by default; 401 needs a `challenge` (RFC 9110 15.5.2). */
  readonly authentication?: 401 | 403;
  /** The `WWW-Authenticate` header that comes with 401, such as `Mutual realm="orders"`. */
  readonly challenge?: string;
}

/** The statuses of a shield, with every default filled in. */
export interface Statuses {
  readonly authentication: 401 | 403;
  readonly challenge: string | undefined;
}

export const defaultStatuses: Statuses = Object.freeze({
  authentication: 403,
  challenge: undefined,
});

export function readStatuses(input: unknown): Statuses {
  if (input === undefined) return defaultStatuses;
  const { authentication = 403, challenge } = readObject(
    input,
    ["authentication", "challenge"],
    "statuses",
    "{ authentication: 401, challenge: ... }",
  );
  if (authentication !== 401 && authentication !== 403) {
    throw new ConfigError(
      "statuses.authentication",
      "is neither 401 nor 403",
      "Write one of them.",
    );
  }
  if (authentication === 403) {
    if (challenge === undefined) return defaultStatuses;
    throw new ConfigError(
      "statuses.challenge",
      "goes with 401 only",
      "Set statuses.authentication to 401.",
    );
  }
  if (typeof challenge !== "string" || !/^[!-~][ -~]*$/.test(challenge)) {
    throw new ConfigError(
      "statuses.challenge",
      "is not a challenge",
      "A 401 needs one (RFC 9110 15.5.2): pass a line such as 'Mutual realm=\"orders\"'.",
    );
  }
  return Object.freeze({ authentication, challenge });
}

/** The one place that knows which status a reason has. */
export function statusOf(why: Reason, statuses: Statuses): number {
  const { status } = reasonInfo(why.code);
  if (status !== undefined) return status;
  switch (why.category) {
    case "authentication":
    case "issuance":
      return statuses.authentication;
    case "authorization":
      return 403;
    case "request":
      return 400;
    case "availability":
    case "engine":
      return 503;
  }
}
