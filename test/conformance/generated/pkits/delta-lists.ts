import type { CrlEntryChanges, TestCertificate } from "@mtls-shield/testkit";
import type { PkitsSuite } from "./pkits-suite.ts";

const dayMs = 86_400_000;

/** PKITS 4.15 */
export function addDeltaLists(suite: PkitsSuite): void {
  const { anchor, now } = suite;
  const alone = anchor.subordinate("deltaCRLIndicator No Base CA", {
    list: { baseCrlNumber: 1, crlNumber: 2 },
  });
  suite.refuses(
    "4.15.1",
    "revocation-unknown",
    "refuses by a delta without its base",
    alone.endEntity(),
  );

  addDeltaOfTheList(suite);

  const second = anchor.subordinate("deltaCRL CA2", { list: { crlNumber: 3 } });
  const revoked = second.revoke(second.endEntity());
  second.publish({ baseCrlNumber: 1, crlNumber: 5 });
  suite.accepts("4.15.8", "accepts by a delta of an earlier list", second.endEntity());
  suite.refuses(
    "4.15.9",
    "certificate-revoked",
    "refuses who is on the list and such a delta",
    revoked,
  );

  const third = anchor.subordinate("deltaCRL CA3", {
    list: { crlNumber: 1, thisUpdate: now - 20 * dayMs, nextUpdate: now - 10 * dayMs },
  });
  third.publish({ baseCrlNumber: 2, crlNumber: 3 });
  suite.refuses(
    "4.15.10",
    "revocation-unknown",
    "refuses by a delta of a later list",
    third.endEntity(),
  );
}

function addDeltaOfTheList(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("deltaCRL CA1", { list: "none" });
  const clean = ca.endEntity();
  const listed = ca.endEntity();
  const added = ca.endEntity();
  const removed = ca.endEntity();
  const moved = ca.endEntity();
  const neverListed = ca.endEntity();
  const held = (certificate: TestCertificate): CrlEntryChanges => ({
    certificate,
    reason: "certificateHold",
  });
  const gone = (certificate: TestCertificate): CrlEntryChanges => ({
    certificate,
    reason: "removeFromCRL",
  });
  ca.publish({ crlNumber: 1, revoked: [listed, held(removed), held(moved)] });
  ca.publish({
    crlNumber: 5,
    baseCrlNumber: 1,
    revoked: [added, gone(removed), moved, gone(neverListed)],
  });
  suite.accepts("4.15.2", "accepts who is on neither", clean);
  suite.refuses("4.15.3", "certificate-revoked", "refuses who is on the list", listed);
  suite.refuses("4.15.4", "certificate-revoked", "refuses who is on the delta", added);
  suite.accepts("4.15.5", "accepts who was on hold, by the delta", removed);
  suite.refuses(
    "4.15.6",
    "certificate-revoked",
    "refuses who was on hold and is revoked, by the delta",
    moved,
  );
  suite.accepts(
    "4.15.7",
    "accepts who is removed by the delta without having been listed",
    neverListed,
  );
}
