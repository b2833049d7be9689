import { chainAttack, type Attack } from "./run-hostile.ts";

/** Each kind of slow or greedy client alone, and all of them together. */
export function allAttacks(): readonly Attack[] {
  const idle = { kind: "idle", perSecond: 1_000, mostOpen: 2_000 } as const;
  const halfOpen = { kind: "half-open", perSecond: 200, mostOpen: 2_000 } as const;
  const headers = { kind: "headers", perSecond: 20, mostOpen: 50 } as const;
  const refused = { kind: "refused-requests", perSecond: 20, mostOpen: 50 } as const;
  const slowCurve = chainAttack("slow-curve", 20);
  const long = chainAttack("64-kilobytes", 20);
  const hundred = chainAttack("chain-of-100", 20);
  const rsa = chainAttack("rsa-16384", 20);
  const single = { idle, halfOpen, headers, refused, slowCurve, long, hundred, rsa };
  const names: Readonly<Record<keyof typeof single, string>> = {
    idle: "2000 idle handshakes",
    halfOpen: "half-open handshakes",
    headers: "floods of headers",
    refused: "floods of refused requests",
    slowCurve: "91 certificates of a slow curve",
    long: "64 KB of certificates",
    hundred: "a chain of 100",
    rsa: "RSA-16384 in the chain",
  };
  const alone = Object.entries(single).map(([key, part]) => ({
    name: names[key as keyof typeof single],
    parts: [part],
  }));
  return [...alone, { name: "all together", parts: [idle, halfOpen, headers, refused, slowCurve] }];
}

/** So many handshakes with the worst chain a second. */
export const curveRates = [1, 2, 5, 10, 20, 50] as const;

export function curve(): readonly Attack[] {
  return curveRates.map((rate) => ({
    name: `${rate}/s`,
    parts: [chainAttack("slow-curve", rate)],
  }));
}
