import { der, extensions, type AlternativeNames } from "@mtls-shield/testkit";
import type { PkitsAuthority } from "./pkits-authority.ts";
import { generalName, nameConstraints } from "./pkits-extensions.ts";
import { pkitsName, type PkitsAttribute } from "./pkits-name.ts";
import type { PkitsSuite } from "./pkits-suite.ts";

const permitted1: PkitsAttribute = ["unit", "permittedSubtree1"];
const permitted2: PkitsAttribute = ["unit", "permittedSubtree2"];
const excluded1: PkitsAttribute = ["unit", "excludedSubtree1"];
const excluded2: PkitsAttribute = ["unit", "excludedSubtree2"];
const leafName: PkitsAttribute = ["commonName", "End Entity"];

/** PKITS 4.13 */
export function addNameConstraints(suite: PkitsSuite): void {
  addPermittedDirectory(suite);
  addExcludedDirectory(suite);
  addMixedDirectory(suite);
  addEmails(suite);
  addHosts(suite);
}

function addPermittedDirectory(suite: PkitsSuite): void {
  const one = suite.anchor.subordinate("nameConstraints DN1 CA", permitting([permitted1]));
  const inside = { subject: pkitsName(permitted1, leafName) };
  suite.accepts("4.13.1", "accepts a subject in the subtree", one.endEntity(inside));
  const outside = { subject: pkitsName(excluded1, leafName) };
  suite.refuses(
    "4.13.2",
    "name-constraints-violated",
    "refuses a subject outside of it",
    one.endEntity(outside),
  );
  suite.refuses(
    "4.13.3",
    "name-constraints-violated",
    "refuses an alternative directory name outside of it",
    one.endEntity({ ...inside, ...alsoNamed(pkitsName(excluded1, leafName)) }),
  );
  const mailed = one.endEntity({ ...inside, emails: ["DNnameConstraintsTest4EE@example.com"] });
  suite.accepts("4.13.4", "has nothing against a mailbox", mailed);
  const two = suite.anchor.subordinate(
    "nameConstraints DN2 CA",
    permitting([permitted1], [permitted2]),
  );
  suite.accepts(
    "4.13.5",
    "accepts one name in each of two subtrees",
    two.endEntity({ ...inside, ...alsoNamed(pkitsName(permitted2, leafName)) }),
  );

  addBelowPermitted(suite, one);
  const own = one.selfIssued();
  suite.accepts("4.13.19", "accepts a self-issued authority outside", own.endEntity(inside));
  suite.refuses(
    "4.13.20",
    "name-constraints-violated",
    "refuses a self-issued end outside",
    one.endSelfIssued(),
  );
}

function addBelowPermitted(suite: PkitsSuite, one: PkitsAuthority): void {
  const sub = (commonName: string, limits: Uint8Array) =>
    one.subordinate(pkitsName(permitted1, ["commonName", commonName]), {
      moreExtensions: [limits],
    });
  const inside = { subject: pkitsName(permitted1, leafName) };

  const narrower = sub("nameConstraints DN1 subCA1", subtrees([permitted1, permitted2]));
  suite.refuses(
    "4.13.12",
    "name-constraints-violated",
    "refuses a name outside the smaller subtree",
    narrower.endEntity(inside),
  );
  const apart = sub("nameConstraints DN1 subCA2", subtrees([permitted2]));
  suite.refuses(
    "4.13.13",
    "name-constraints-violated",
    "refuses every name below two subtrees apart",
    apart.endEntity(inside),
  );
  const nameless = {
    subject: der.sequence(),
    emails: ["ValidDNnameConstraintsTest14EE@example.com"],
  };
  suite.accepts("4.13.14", "accepts no name at all below them", apart.endEntity(nameless));

  const mailbox = nameConstraints({ permitted: [generalName.email("testcertificates.gov")] });
  const mixed = sub("nameConstraints DN1 subCA3", mailbox);
  const mailed = (email: string) => mixed.endEntity({ ...inside, emails: [email] });
  suite.accepts(
    "4.13.27",
    "accepts subject and mailbox in subtrees of their own",
    mailed("Test27EE@testcertificates.gov"),
  );
  suite.refuses(
    "4.13.28",
    "name-constraints-violated",
    "refuses a mailbox outside, with the subject inside",
    mailed("Test28EE@invalidcertificates.gov"),
  );
  const email: PkitsAttribute = ["emailAddress", "Test29EE@invalidcertificates.gov"];
  suite.refuses(
    "4.13.29",
    "name-constraints-violated",
    "refuses a mailbox outside that the subject holds",
    mixed.endEntity({ subject: pkitsName(permitted1, leafName, email) }),
  );
}

function addExcludedDirectory(suite: PkitsSuite): void {
  const one = suite.anchor.subordinate("nameConstraints DN3 CA", excluding([excluded1]));
  const named = (...units: readonly PkitsAttribute[]) => ({
    subject: pkitsName(...units, leafName),
  });
  suite.accepts("4.13.6", "accepts outside what is excluded", one.endEntity(named(permitted1)));
  suite.refuses(
    "4.13.7",
    "name-constraints-violated",
    "refuses within what is excluded",
    one.endEntity(named(excluded1)),
  );
  const two = suite.anchor.subordinate(
    "nameConstraints DN4 CA",
    excluding([excluded1], [excluded2]),
  );
  suite.refuses(
    "4.13.8",
    "name-constraints-violated",
    "refuses in the first of two",
    two.endEntity(named(excluded1)),
  );
  suite.refuses(
    "4.13.9",
    "name-constraints-violated",
    "refuses in the second of two",
    two.endEntity(named(excluded2)),
  );

  const further = one.subordinate("nameConstraints DN3 subCA1", excluding([excluded2]));
  suite.refuses(
    "4.13.15",
    "name-constraints-violated",
    "refuses what was excluded above",
    further.endEntity(named(excluded1)),
  );
  suite.refuses(
    "4.13.16",
    "name-constraints-violated",
    "refuses what is excluded below",
    further.endEntity(named(excluded2)),
  );
  const wider = one.subordinate("nameConstraints DN3 subCA2", permitting([]));
  suite.refuses(
    "4.13.17",
    "name-constraints-violated",
    "lets no permitted superset take back what is excluded",
    wider.endEntity(named(excluded1)),
  );
  suite.accepts("4.13.18", "accepts the rest of the superset", wider.endEntity(named(permitted1)));
}

function addMixedDirectory(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("nameConstraints DN5 CA", {
    moreExtensions: [
      nameConstraints({
        permitted: [generalName.directory(pkitsName(permitted1))],
        excluded: [generalName.directory(pkitsName(permitted1, excluded1))],
      }),
    ],
  });
  suite.refuses(
    "4.13.10",
    "name-constraints-violated",
    "refuses in the excluded part of what is permitted",
    ca.endEntity({ subject: pkitsName(permitted1, excluded1, leafName) }),
  );
  suite.accepts(
    "4.13.11",
    "accepts in the other part",
    ca.endEntity({ subject: pkitsName(permitted1, permitted2, leafName) }),
  );
}

function addEmails(suite: PkitsSuite): void {
  const { email } = generalName;
  const hosts = bounded(suite, "RFC822 CA1", { permitted: [email(".testcertificates.gov")] });
  const mailed = (address: string): AlternativeNames => ({ emails: [address] });
  hosts.accepts("4.13.21", mailed("Test21EE@mailserver.testcertificates.gov"));
  hosts.refuses("4.13.22", mailed("Test22EE@testcertificates.gov"));
  const host = bounded(suite, "RFC822 CA2", { permitted: [email("testcertificates.gov")] });
  host.accepts("4.13.23", mailed("Test23EE@testcertificates.gov"));
  host.refuses("4.13.24", mailed("Test24EE@mailserver.testcertificates.gov"));
  const excluded = bounded(suite, "RFC822 CA3", { excluded: [email("testcertificates.gov")] });
  excluded.accepts("4.13.25", mailed("Test25EE@mailserver.testcertificates.gov"));
  excluded.refuses("4.13.26", mailed("Test26EE@testcertificates.gov"));
}

function addHosts(suite: PkitsSuite): void {
  const { dns, uri } = generalName;
  const named = (name: string): AlternativeNames => ({ dnsNames: [name] });
  const permitted = bounded(suite, "DNS1 CA", { permitted: [dns("testcertificates.gov")] });
  permitted.accepts("4.13.30", named("testserver.testcertificates.gov"));
  permitted.refuses("4.13.31", named("testserver.invalidcertificates.gov"));
  permitted.refuses("4.13.38", named("mytestcertificates.gov"));
  const excluded = bounded(suite, "DNS2 CA", { excluded: [dns("invalidcertificates.gov")] });
  excluded.accepts("4.13.32", named("testserver.testcertificates.gov"));
  excluded.refuses("4.13.33", named("testserver.invalidcertificates.gov"));

  const located = (address: string): AlternativeNames => ({ uris: [address] });
  const below = bounded(suite, "URI1 CA", { permitted: [uri(".testcertificates.gov")] });
  below.accepts("4.13.34", located("http://testserver.testcertificates.gov/index.html"));
  below.refuses("4.13.35", located("http://testcertificates.gov/invalid.html"));
  const except = bounded(suite, "URI2 CA", { excluded: [uri("invalidcertificates.gov")] });
  except.accepts("4.13.36", located("http://testserver.invalidcertificates.gov/index.html"));
  except.refuses("4.13.37", located("http://invalidcertificates.gov:100/invalid.html"));
}

/** Tests of one alternative name each below an authority with these constraints. */
function bounded(suite: PkitsSuite, name: string, limits: Parameters<typeof nameConstraints>[0]) {
  const ca = suite.anchor.subordinate(`nameConstraints ${name}`, {
    moreExtensions: [nameConstraints(limits)],
  });
  const kind = limits.permitted === undefined ? "outside an excluded" : "in a permitted";
  const contrary = limits.permitted === undefined ? "in an excluded" : "outside a permitted";
  return {
    accepts: (id: string, names: AlternativeNames) => {
      suite.accepts(id, `accepts ${spell(names)} ${kind} subtree`, ca.endEntity(names));
    },
    refuses: (id: string, names: AlternativeNames) => {
      const sentence = `refuses ${spell(names)} ${contrary} subtree`;
      suite.refuses(id, "name-constraints-violated", sentence, ca.endEntity(names));
    },
  };
}

function spell(names: AlternativeNames): string {
  return Object.values(names).flat().join();
}

function permitting(...units: readonly (readonly PkitsAttribute[])[]) {
  return { moreExtensions: [subtrees(...units)] };
}

function excluding(...units: readonly (readonly PkitsAttribute[])[]) {
  return { moreExtensions: [nameConstraints({ excluded: units.map(directory) })] };
}

function subtrees(...units: readonly (readonly PkitsAttribute[])[]): Uint8Array {
  return nameConstraints({ permitted: units.map(directory) });
}

function directory(units: readonly PkitsAttribute[]): Uint8Array {
  return generalName.directory(pkitsName(...units));
}

/** A directory name in the subject alternative name. */
function alsoNamed(name: Uint8Array) {
  const { extension, extensionOids } = extensions;
  return {
    extensions: {
      subjectAltName: extension(
        extensionOids.subjectAltName,
        der.sequence(generalName.directory(name)),
      ),
    },
  };
}
