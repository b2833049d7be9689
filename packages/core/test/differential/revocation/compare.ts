import { askOpenssl } from "./ask-openssl.ts";
import { askShield } from "./ask-shield.ts";
import { engineAccepts } from "./engine-accepts.ts";
import type { KnownDifference } from "./known-difference.ts";
import { makeSituation } from "./make-situation.ts";
import { opensslAccepts } from "./openssl-accepts.ts";
import type { Situation } from "./situation.ts";

/** What both say of one situation. */
export interface Comparison {
  readonly outcome: "both accept" | "both refuse" | "engine accepts" | "openssl accepts";
  /** What the shield refuses for. */
  readonly refusal: string;
  /** Why they differ, as far as it is known. */
  readonly known: readonly string[];
  /** Why that explains nothing; undefined: it does, or they agree. */
  readonly unexplained: string | undefined;
}

/** Asks both about one situation. OpenSSL's files go to `folder`. */
export async function compare(folder: string, situation: Situation): Promise<Comparison> {
  const made = makeSituation(situation);
  const shield = await askShield(made, situation);
  const openssl = await askOpenssl(folder, made);
  const agreed = { refusal: shield.why, known: [], unexplained: undefined };
  if (shield.accepts === openssl.accepts) {
    return { outcome: shield.accepts ? "both accept" : "both refuse", ...agreed };
  }
  const outcome = shield.accepts ? "engine accepts" : "openssl accepts";
  const differences = shield.accepts ? engineAccepts : opensslAccepts;
  const taken = takeAsOpenssl(situation, differences);
  const again = await askShield(makeSituation(taken.situation), taken.situation);
  return {
    ...agreed,
    outcome,
    known: taken.known,
    unexplained:
      again.accepts === openssl.accepts ? undefined : `${shield.why} | ${openssl.output}`,
  };
}

/** The situation as OpenSSL takes it in every known respect, and which of these there are. */
function takeAsOpenssl(situation: Situation, differences: readonly KnownDifference[]) {
  const known: string[] = [];
  let taken = situation;
  for (const { why, asOpensslTakesIt } of differences) {
    const next = asOpensslTakesIt(taken);
    if (JSON.stringify(next) !== JSON.stringify(taken)) known.push(why);
    taken = next;
  }
  return { situation: taken, known };
}
