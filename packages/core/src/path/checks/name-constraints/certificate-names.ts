import type { Budget } from "../../../base/budget.ts";
import type { Certificate } from "../../../x509/certificate.ts";
import type { DistinguishedName } from "../../../x509/distinguished-name.ts";
import type { GeneralName, OtherName } from "../../../x509/general-name.ts";
import { readDnsName, type DnsName } from "./dns-subtree.ts";
import { readEmailName, type EmailName } from "./email-subtree.ts";
import { viewOf } from "./ip-subtree.ts";
import type { LocatedHost } from "./located-host.ts";
import { readUriHost } from "./uri-host.ts";

/** A name, and what subtrees are compared with: read at the first comparison, which the budget has paid for. */
export class LocatedName<Name> {
  readonly written: GeneralName;
  readonly #locate: () => Name | undefined;
  #result: { readonly location: Name | undefined } | undefined;

  constructor(written: GeneralName, locate: () => Name | undefined) {
    this.written = written;
    this.#locate = locate;
  }

  /** Undefined: a malformed name, which is nowhere. */
  get location(): Name | undefined {
    this.#result ??= { location: this.#locate() };
    return this.#result.location;
  }
}

/** The names of one certificate that constraints apply to, by form. */
export interface CertificateNames {
  readonly directory: readonly LocatedName<DistinguishedName>[];
  readonly dns: readonly LocatedName<DnsName>[];
  /** Asking for them decodes the subject. */
  readonly email: readonly LocatedName<EmailName>[];
  /** By the host of the URI's authority. */
  readonly uri: readonly LocatedName<LocatedHost>[];
  readonly ip: readonly LocatedName<DataView>[];
  readonly other: readonly OtherName[];
}

type Draft = {
  readonly [Form in keyof CertificateNames]: CertificateNames[Form][number][];
};

/**
 * What was read in one verification, where a certificate may stand in many paths, below many authorities. It is not kept for
 * longer: names taken apart need far more room than the certificate.
 */
const known = new WeakMap<Budget, Map<Certificate, CertificateNames>>();

export function certificateNames(certificate: Certificate, budget: Budget): CertificateNames {
  const read = known.get(budget) ?? new Map<Certificate, CertificateNames>();
  known.set(budget, read);
  const names = read.get(certificate) ?? readNames(certificate);
  read.set(certificate, names);
  return names;
}

function readNames({ subject, extensions }: Certificate): CertificateNames {
  const draft: Draft = { directory: [], dns: [], email: [], uri: [], ip: [], other: [] };
  if (!subject.isEmpty) addName(draft, { type: "directory", value: subject });
  for (const name of extensions.subjectAltName ?? []) addName(draft, name);

  let email: CertificateNames["email"] | undefined;
  return {
    ...draft,
    get email() {
      email ??= [...subjectEmails(subject), ...draft.email];
      return email;
    },
  };
}

/**
 * RFC 5280 4.2.1.10 demands them where there is no alternative name. OpenSSL takes them always, and so does whoever believes the
 * attribute: a mailbox that is excluded must not come in beside an alternative name that is not.
 */
function subjectEmails(subject: DistinguishedName): readonly LocatedName<EmailName>[] {
  const written: GeneralName = { type: "directory", value: subject };
  return subject.emailAddresses.map(
    (address) => new LocatedName(written, () => readEmailName(address)),
  );
}

function addName(draft: Draft, written: GeneralName): void {
  switch (written.type) {
    case "directory":
      draft.directory.push(new LocatedName(written, () => written.value));
      return;
    case "dns":
      draft.dns.push(new LocatedName(written, () => readDnsName(written.value)));
      return;
    case "email":
      draft.email.push(new LocatedName(written, () => readEmailName(written.value)));
      return;
    case "uri":
      draft.uri.push(new LocatedName(written, () => readUriHost(written.value)));
      return;
    case "ip":
      draft.ip.push(new LocatedName(written, () => viewOf(written.value)));
      return;
    case "other":
      draft.other.push(written);
  }
}
