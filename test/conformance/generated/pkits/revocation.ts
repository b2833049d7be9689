import { extensions, type CrlChanges } from "@mtls-shield/testkit";
import { badlySigned } from "./badly-signed.ts";
import type { PkitsSuite } from "./pkits-suite.ts";
import { privateExtension } from "./pkits-extensions.ts";
import { pkitsName } from "./pkits-name.ts";

/** PKITS 4.4 */
export function addRevocation(suite: PkitsSuite): void {
  addUsualLists(suite);
  addListsOfOthers(suite);
  addUnknownExtensions(suite);
  addDates(suite);
  addSerialNumbers(suite);
  addSeparateKeys(suite);
}

function addUsualLists(suite: PkitsSuite): void {
  const { anchor, good } = suite;
  const unlisted = anchor.subordinate("No CRL CA", { list: "none" }).endEntity();
  suite.refuses("4.4.1", "revocation-unknown", "refuses where the authority has no list", unlisted);

  const below = good.subordinate("Revoked subCA");
  good.revoke(below.certificate);
  suite.refuses(
    "4.4.2",
    "certificate-revoked",
    "refuses below a revoked authority",
    below.endEntity(),
  );
  suite.refuses(
    "4.4.3",
    "certificate-revoked",
    "refuses a revoked end entity",
    good.revoke(good.endEntity()),
  );

  const list: CrlChanges = { raw: badlySigned };
  const bad = anchor.subordinate("Bad CRL Signature CA", { list }).endEntity();
  suite.refuses("4.4.4", "revocation-unknown", "refuses where the list is badly signed", bad);
}

function addListsOfOthers(suite: PkitsSuite): void {
  const { anchor } = suite;
  const list: CrlChanges = { issuer: pkitsName(["commonName", "Incorrect CRL Issuer"]) };
  const named = anchor.subordinate("Bad CRL Issuer Name CA", { list }).endEntity();
  suite.refuses("4.4.5", "revocation-unknown", "refuses where the list has another issuer", named);

  // PKITS publishes the anchor's list in its place, which is here as it is.
  const wrong = anchor.subordinate("Wrong CRL CA", { list: "none" }).endEntity();
  suite.refuses(
    "4.4.6",
    "revocation-unknown",
    "refuses where the only list is one of another authority",
    wrong,
  );

  const two = anchor.subordinate("Two CRLs CA", { list: { revoked: [] } });
  two.publish({ issuer: pkitsName(["commonName", "Bad CRL for Two CRLs CA"]) });
  suite.accepts(
    "4.4.7",
    "ignores a list of another issuer that the authority signed",
    two.revoke(two.endEntity()),
  );
}

function addUnknownExtensions(suite: PkitsSuite): void {
  const { anchor } = suite;
  const unknown = privateExtension({ critical: true });

  const entry = anchor.subordinate("Unknown CRL Entry Extension CA", { list: "none" });
  const marked = entry.endEntity();
  entry.publish({ revoked: [{ certificate: marked, moreExtensions: [unknown] }] });
  suite.refuses(
    "4.4.8",
    "revocation-unknown",
    "refuses by an entry with a critical extension unknown to it",
    marked,
  );

  const list: CrlChanges = { moreExtensions: [unknown] };
  const ca = anchor.subordinate("Unknown CRL Extension CA", { list });
  const listed = ca.revoke(ca.endEntity());
  suite.refuses(
    "4.4.9",
    "revocation-unknown",
    "refuses who is on a list with an unknown critical extension",
    listed,
  );
  suite.refuses(
    "4.4.10",
    "revocation-unknown",
    "refuses who is not on such a list as well",
    ca.endEntity(),
  );
}

function addDates(suite: PkitsSuite): void {
  const { anchor } = suite;
  const dated = (name: string, thisUpdate: number, nextUpdate: number) =>
    anchor.subordinate(name, { list: { thisUpdate, nextUpdate } }).endEntity();
  suite.refuses(
    "4.4.11",
    "revocation-unknown",
    "refuses by a list of 2010",
    dated("Old CRL nextUpdate CA", Date.UTC(2010, 0, 1), Date.UTC(2010, 0, 2)),
  );
  suite.refuses(
    "4.4.12",
    "revocation-unknown",
    "refuses by a list of 1999",
    dated("pre2000 CRL nextUpdate CA", Date.UTC(1998, 0, 1), Date.UTC(1999, 0, 1)),
  );
  suite.accepts(
    "4.4.13",
    "accepts by a list that is current until 2050",
    dated("GeneralizedTime CRL nextUpdate CA", Date.UTC(2010, 0, 1), Date.UTC(2050, 0, 1)),
  );
}

function addSerialNumbers(suite: PkitsSuite): void {
  const negative = suite.anchor.subordinate("Negative Serial Number CA");
  const minusOne = negative.revoke(negative.endEntity({ serialNumber: -1n }));
  const plain = negative.endEntity({ serialNumber: 255n });
  suite.accepts("4.4.14", "tells the serial number 255 from the revoked -1", plain);
  suite.refuses("4.4.15", "certificate-revoked", "refuses the revoked serial number -1", minusOne);

  const long = suite.anchor.subordinate("Long Serial Number CA");
  const serialNumber = 0x7f0102030405060708090a0b0c0d0e0f10111213n;
  const revoked = long.revoke(long.endEntity({ serialNumber }));
  suite.accepts(
    "4.4.16",
    "accepts a serial number of 20 octets that differs from a revoked one in the last",
    long.endEntity({ serialNumber: serialNumber - 1n }),
  );
  suite.accepts(
    "4.4.17",
    "accepts a serial number of 20 octets that differs from a revoked one in the first",
    long.endEntity({ serialNumber: serialNumber - (1n << 152n) }),
  );
  suite.refuses(
    "4.4.18",
    "certificate-revoked",
    "refuses a revoked serial number of 20 octets",
    revoked,
  );
}

function addSeparateKeys(suite: PkitsSuite): void {
  const { anchor } = suite;
  const pair = (name: string) => ({
    ca: anchor.subordinate(name, {
      list: "none",
      extensions: { keyUsage: extensions.keyUsage("keyCertSign") },
    }),
    signer: anchor.subordinate(name, {
      list: "none",
      extensions: { keyUsage: extensions.keyUsage("cRLSign"), basicConstraints: "absent" },
    }),
  });

  const first = pair("Separate Certificate and CRL Keys CA1");
  const revoked = first.ca.endEntity();
  first.signer.publish({ revoked: [revoked] });
  suite.accepts("4.4.19", "accepts by a list of the authority's other key", first.ca.endEntity());
  suite.refuses(
    "4.4.20",
    "certificate-revoked",
    "refuses who is on the list of the authority's other key",
    revoked,
  );

  const second = pair("Separate Certificate and CRL Keys CA2");
  second.signer.publish();
  anchor.revoke(second.signer.certificate);
  const leaf = second.ca.endEntity();
  suite.refuses(
    "4.4.21",
    "revocation-unknown",
    "refuses where the certificate of that other key is revoked",
    leaf,
  );
}
