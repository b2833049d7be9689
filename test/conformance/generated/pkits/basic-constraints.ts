import { der, extensions } from "@mtls-shield/testkit";
import type { PkitsAuthority } from "./pkits-authority.ts";
import type { PkitsSuite } from "./pkits-suite.ts";

/** PKITS 4.6 */
export function addBasicConstraints(suite: PkitsSuite): void {
  addAuthorityFlag(suite);
  addLengthOfZero(suite);
  addLengthOfSix(suite);
  addSelfIssuedPaths(suite);
}

function addAuthorityFlag(suite: PkitsSuite): void {
  const below = (name: string, basicConstraints: Uint8Array | "absent") =>
    suite.anchor.subordinate(name, { extensions: { basicConstraints } }).endEntity();
  suite.refuses(
    "4.6.1",
    "issuer-not-ca",
    "refuses an issuer without basic constraints",
    below("Missing basicConstraints CA", "absent"),
  );
  suite.refuses(
    "4.6.2",
    "issuer-not-ca",
    "refuses an issuer that is no authority",
    below("basicConstraints Critical cA False CA", extensions.basicConstraints({ ca: false })),
  );
  suite.refuses(
    "4.6.3",
    "issuer-not-ca",
    "refuses an issuer that is no authority, as an extension says that is not critical",
    below("basicConstraints Not Critical cA False CA", notCritical()),
  );
  suite.accepts(
    "4.6.4",
    "accepts an authority by an extension that is not critical",
    below("basicConstraints Not Critical CA", notCritical(der.boolean(true))),
  );
}

function notCritical(...flag: readonly Uint8Array[]): Uint8Array {
  return extensions.extension(extensions.extensionOids.basicConstraints, der.sequence(...flag));
}

function addLengthOfZero(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("pathLenConstraint0 CA", { pathLength: 0 });
  const sub = ca.subordinate("pathLenConstraint0 subCA");
  suite.refuses(
    "4.6.5",
    "path-length-exceeded",
    "refuses an end entity two below a length of 0",
    sub.endEntity(),
  );
  suite.refuses(
    "4.6.6",
    "path-length-exceeded",
    "refuses an authority two below a length of 0",
    sub.endAuthority(),
  );
  suite.accepts("4.6.7", "accepts an end entity below a length of 0", ca.endEntity());
  suite.accepts("4.6.8", "accepts an authority below a length of 0 as the end", ca.endAuthority());

  const own = ca.selfIssued();
  suite.accepts("4.6.15", "does not count a self-issued authority", own.endEntity());
  const below = own.subordinate("pathLenConstraint0 subCA2");
  suite.refuses(
    "4.6.16",
    "path-length-exceeded",
    "counts the authority below a self-issued one",
    below.endEntity(),
  );
}

function addLengthOfSix(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("pathLenConstraint6 CA", { pathLength: 6 });
  const chain = (names: readonly (readonly [string, number?])[]): PkitsAuthority =>
    names.reduce(
      (above, [name, pathLength]) =>
        above.subordinate(
          `pathLenConstraint6 ${name}`,
          pathLength === undefined ? {} : { pathLength },
        ),
      ca,
    );
  const tooShort = chain([
    ["subCA0", 0],
    ["subsubCA00", 0],
  ]);
  suite.refuses(
    "4.6.9",
    "path-length-exceeded",
    "refuses 6, 0, 0, end entity",
    tooShort.endEntity(),
  );
  suite.refuses(
    "4.6.10",
    "path-length-exceeded",
    "refuses 6, 0, 0, end authority",
    tooShort.endAuthority(),
  );
  const short = chain([["subCA1", 1], ["subsubCA11", 1], ["subsubsubCA11X"]]);
  suite.refuses(
    "4.6.11",
    "path-length-exceeded",
    "refuses 6, 1, 1, any, end entity",
    short.endEntity(),
  );
  suite.refuses(
    "4.6.12",
    "path-length-exceeded",
    "refuses 6, 1, 1, any, end authority",
    short.endAuthority(),
  );
  const enough = chain([["subCA4", 4], ["subsubCA41", 1], ["subsubsubCA41X"]]);
  suite.accepts("4.6.13", "accepts 6, 4, 1, any, end entity", enough.endEntity());
  suite.accepts("4.6.14", "accepts 6, 4, 1, any, end authority", enough.endAuthority());
}

function addSelfIssuedPaths(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("pathLenConstraint1 CA", { pathLength: 1 });
  const sub = ca.selfIssued().subordinate("pathLenConstraint1 subCA");
  suite.accepts(
    "4.6.17",
    "counts one of three authorities where two are self-issued",
    sub.selfIssued().endEntity(),
  );
}
