import { testKeyPair, type TestKeyPair } from "@mtls-shield/testkit";

const keys = new Map<string, TestKeyPair>();

/** One key for each role, whatever the situation: making keys takes longest. */
export function keyPair(role: string): TestKeyPair {
  const known = keys.get(role) ?? testKeyPair("ecdsa-p256");
  keys.set(role, known);
  return known;
}
