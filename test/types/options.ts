// Compile-only: `npm run typecheck` fails when a line is accepted or refused otherwise than it says.
import {
  allOf,
  anyOf,
  dnsName,
  fingerprint,
  mtls,
  not,
  requireClient,
  serialNumber,
  type MtlsOptions,
  type Rule,
} from "@mtls-shield/node";

mtls({});
mtls({ trust: "ca.crt", rules: [{ match: "GET /health", allow: "anyone" }] });
mtls({ trust: { roots: Buffer.of(), intermediates: ["a.crt", "b.crt"], pinned: "00" } });
mtls({ trust: { partners: "a.crt", devices: { anchors: "b.crt" } } });
mtls({ onDecision: ({ by, decision }) => `${by} ${decision.outcome}` });

// @ts-expect-error Nobody can mean that nobody is asked.
mtls({ mode: "off" });
// @ts-expect-error The option is called trust.
mtls({ ca: "ca.crt" });
// @ts-expect-error A clock tells epoch milliseconds.
mtls({ clock: () => new Date() });
// @ts-expect-error There is no word that lifts a limit.
mtls({ limits: { certificates: "unlimited" } });
// @ts-expect-error Refusals are 401 or 403.
mtls({ statuses: { authentication: 200 } });
// @ts-expect-error An option that is left out is left out (exactOptionalPropertyTypes).
mtls({ trust: undefined });

export const rule: Rule = {
  match: "* /**",
  allow: [fingerprint("00"), (client) => client.uris.length > 0],
};
// @ts-expect-error A rule says whom it allows.
export const withoutAllow: Rule = { match: "* /**" };
// @ts-expect-error Only these two words; a client is meant by a matcher.
export const misspelt: Rule = { match: "* /**", allow: "everyone" };
// @ts-expect-error A matcher answers with a boolean, at once: a promise would always be true.
export const promised: Rule = { match: "* /**", allow: () => Promise.resolve(true) };
export const options: MtlsOptions = { rules: [rule] as const };
// @ts-expect-error Options do not change after they were read.
options.mode = "report";

requireClient("any-client");
requireClient(fingerprint("00"), dnsName("a.corp.example", { trust: "partners" }));
requireClient(...[fingerprint("00"), fingerprint("01")]);
// @ts-expect-error A guard is for verified clients.
requireClient("anyone");

anyOf(allOf(fingerprint("00")), not(dnsName("a.corp.example")));
// @ts-expect-error A name is not a matcher.
anyOf("a.corp.example");
serialNumber("01", { issuer: "ca.crt" });
// @ts-expect-error Serial numbers are only unique per issuer.
serialNumber("01");
