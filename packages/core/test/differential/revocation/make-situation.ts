import {
  authority,
  certificateList,
  crlDistributionPoints,
  extensions as write,
  type CertificateChanges,
  type IssuedChain,
  type TestCertificate,
  type TestCrl,
} from "@mtls-shield/testkit";

import { now } from "../oddities.ts";
import { keyPair } from "./key-pair.ts";
import { ListSigners } from "./list-signers.ts";
import { makeLists } from "./make-lists.ts";
import { authorityName } from "./names.ts";
import { pointsOf, rootOnly } from "./places.ts";
import type { AuthorityRecipe, Situation } from "./situation.ts";

export interface MadeSituation {
  readonly client: IssuedChain;
  /** Authorities between the root and the client. */
  readonly intermediates: readonly TestCertificate[];
  /** Certificates that may sign lists, and nothing else. */
  readonly signers: readonly TestCertificate[];
  readonly lists: readonly TestCrl[];
}

const clock = () => now;

export function makeSituation({ authorities }: Situation): MadeSituation {
  const [root, ...below] = authorities;
  const made = [
    authority({ clock, ...changesOf(root!, 0), moreExtensions: [crlDistributionPoints(rootOnly)] }),
  ];
  for (const [index, recipe] of below.entries()) {
    const issuer = made[index]!;
    const moreExtensions = pointsOf(authorities[index]!.points);
    made.push(issuer.intermediate({ ...changesOf(recipe, index + 1), moreExtensions }));
  }
  const client = made.at(-1)!.client({
    commonName: "client",
    keyPair: keyPair("client"),
    moreExtensions: pointsOf(authorities.at(-1)!.points),
  });
  const intermediates = made.slice(1).map(({ certificate }) => certificate);
  const signers = new ListSigners(made);
  const lists = [...intermediates, client.leaf].flatMap((certificate, place) =>
    authorities[place]!.lists.flatMap((list) => makeLists(list, { place, certificate, signers })),
  );
  // OpenSSL asks about the root too, the engine does not: this list is about nobody else.
  const ofRoot = certificateList(client.root, { now, scope: rootOnly });
  return { client, intermediates, signers: signers.helpers, lists: [...lists, ofRoot] };
}

function changesOf({ maySignLists }: AuthorityRecipe, place: number): CertificateChanges {
  return {
    subject: authorityName(place),
    keyPair: keyPair(`authority ${place}`),
    ...(!maySignLists && { extensions: { keyUsage: write.keyUsage("keyCertSign") } }),
  };
}
