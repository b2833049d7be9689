import { der, type RawCertificateParts } from "@mtls-shield/testkit";
import type { PkitsSuite } from "./pkits-suite.ts";

/** PKITS 4.2 */
export function addValidity(suite: PkitsSuite): void {
  const { anchor, good } = suite;
  const in1950 = Date.UTC(1950, 0, 1, 12, 1);
  const in1999 = Date.UTC(1999, 0, 1, 12, 1);
  const in2002 = Date.UTC(2002, 0, 1, 12, 1);
  const in2011 = Date.UTC(2011, 0, 1, 8, 30);
  const in2047 = Date.UTC(2047, 0, 1, 12, 1);
  const in2050 = Date.UTC(2050, 0, 1, 12, 1);
  const longAgo = { notBefore: in2002 };

  const early = { notBefore: in2047, notAfter: in2050 };
  const late = { ...longAgo, notAfter: in2011 };
  suite.refuses(
    "4.2.1",
    "issuer-certificate-not-yet-valid",
    "refuses an authority that is not valid yet",
    anchor.subordinate("Bad notBefore Date CA", early).endEntity(),
  );
  suite.refuses(
    "4.2.2",
    "certificate-not-yet-valid",
    "refuses an end entity that is not valid yet",
    good.endEntity(early),
  );
  suite.accepts(
    "4.2.3",
    "takes a year of 50 in UTCTime for 1950",
    good.endEntity({ notBefore: in1950 }),
  );
  suite.accepts(
    "4.2.4",
    "accepts a notBefore of 2002 in GeneralizedTime",
    good.endEntity({ ...longAgo, raw: inGeneralizedTime(in2002, suite.now + 1_000) }),
  );
  suite.refuses(
    "4.2.5",
    "issuer-certificate-expired",
    "refuses an authority that has expired",
    anchor.subordinate("Bad notAfter Date CA", late).endEntity(),
  );
  suite.refuses(
    "4.2.6",
    "certificate-expired",
    "refuses an end entity that has expired",
    good.endEntity(late),
  );
  suite.refuses(
    "4.2.7",
    "certificate-expired",
    "takes a year of 99 in UTCTime for 1999",
    good.endEntity({ notBefore: in1950, notAfter: in1999 }),
  );
  suite.accepts("4.2.8", "accepts a notAfter of 2050", good.endEntity({ notAfter: in2050 }));
}

function inGeneralizedTime(notBefore: number, notAfter: number) {
  return (sound: RawCertificateParts): RawCertificateParts => ({
    ...sound,
    validity: der.sequence(der.generalizedTime(notBefore), der.time(notAfter)),
  });
}
