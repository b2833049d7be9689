import { crlDistributionPoints, extensions } from "@mtls-shield/testkit";
import type { PkitsSuite } from "./pkits-suite.ts";
import { pkitsName } from "./pkits-name.ts";

/** PKITS 4.5 */
export function addSelfIssued(suite: PkitsSuite): void {
  addOldWithNew(suite);
  addNewWithOld(suite);
  addListKey(suite);
}

function addOldWithNew(suite: PkitsSuite): void {
  const newKey = suite.anchor.subordinate("Basic Self-Issued New Key CA");
  const oldKey = newKey.selfIssued();
  suite.accepts("4.5.1", "accepts by a list that the new key signed", oldKey.endEntity());
  suite.refuses(
    "4.5.2",
    "certificate-revoked",
    "refuses who is on the list that the new key signed",
    oldKey.revoke(oldKey.endEntity()),
  );
}

function addNewWithOld(suite: PkitsSuite): void {
  const place = { directoryNames: [pkitsName(["commonName", "Self-Issued Cert DP for Old Key"])] };
  const oldKey = suite.anchor.subordinate("Basic Self-Issued Old Key CA", { list: "none" });
  const newKey = oldKey.selfIssued({ moreExtensions: [crlDistributionPoints(place)] });
  newKey.publish();
  oldKey.publish({ scope: place, revoked: [] });
  suite.accepts("4.5.3", "accepts below the new key, by its list", newKey.endEntity());
  suite.accepts("4.5.4", "accepts below the old key, by a list of the new", oldKey.endEntity());
  suite.refuses(
    "4.5.5",
    "certificate-revoked",
    "refuses below the old key who is on the list of the new",
    oldKey.revoke(oldKey.endEntity()),
  );
}

function addListKey(suite: PkitsSuite): void {
  const place = { directoryNames: [pkitsName(["commonName", "Self-Issued Cert DP for CRL Key"])] };
  const ca = suite.anchor.subordinate("Basic Self-Issued CRL Signing Key CA", { list: "none" });
  const listKey = ca.selfIssued({
    extensions: { basicConstraints: "absent", keyUsage: extensions.keyUsage("cRLSign") },
    moreExtensions: [crlDistributionPoints(place)],
  });
  listKey.publish();
  ca.publish({ scope: place, revoked: [] });
  suite.accepts("4.5.6", "accepts by a list of the key for lists", ca.endEntity());
  suite.refuses(
    "4.5.7",
    "certificate-revoked",
    "refuses who is on that list",
    ca.revoke(ca.endEntity()),
  );
  suite.refuses(
    "4.5.8",
    "issuer-not-ca",
    "refuses an end entity below the key that is for lists only",
    listKey.endEntity(),
  );
}
