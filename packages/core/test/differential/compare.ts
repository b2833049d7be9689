import type { ChainVerdict } from "../../src/path/verify-chain.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { askEngine } from "./ask-engine.ts";
import { askOpenssl, type OpensslVerdict } from "./ask-openssl.ts";
import type { ChainRecipe } from "./chain-recipe.ts";
import { explainRefusal } from "./engine-differences.ts";
import { makeChain, type MadeChain } from "./make-chain.ts";
import { oneSearch, opensslDifferences } from "./openssl-differences.ts";

/** What both say of one chain. */
export interface Comparison {
  readonly outcome: "both accept" | "both refuse" | "engine accepts" | "openssl accepts";
  readonly engine: ChainVerdict | undefined;
  /** Why they differ, as far as it is known. */
  readonly known: readonly string[];
  /** What nothing known explains. */
  readonly unknown: readonly string[];
}

/** Asks both about one chain. OpenSSL's files go to `folder`. */
export async function compare(folder: string, recipe: ChainRecipe): Promise<Comparison> {
  const chain = makeChain(recipe);
  const engine = askEngine(chain, recipe.question);
  const openssl = await askAbout(folder, recipe, chain, chain.pool);
  const engineAccepts = engine?.outcome === "verified";
  if (engineAccepts === openssl.accepts) {
    const outcome = engineAccepts ? "both accept" : "both refuse";
    return { outcome, engine, known: [], unknown: [] };
  }
  if (engine?.outcome === "verified") {
    const why = await explainObjections(folder, recipe, chain, engine.path, openssl);
    return { outcome: "engine accepts", engine, ...why };
  }
  const known = explainRefusal(recipe, chain, engine);
  const unknown = known.length > 0 ? [] : [`engine: ${JSON.stringify(engine?.reason)}`];
  return { outcome: "openssl accepts", engine, known, unknown };
}

type Why = Pick<Comparison, "known" | "unknown">;

/** Every error has to be a known one, unless OpenSSL accepts the very path that the engine found. */
async function explainObjections(
  folder: string,
  recipe: ChainRecipe,
  chain: MadeChain,
  path: readonly Certificate[],
  first: OpensslVerdict,
): Promise<Why> {
  const between = chain.pool.filter(({ fingerprint }) =>
    path.some((certificate) => certificate.fingerprint === fingerprint),
  );
  const openssl =
    between.length === chain.pool.length ? first : await askAbout(folder, recipe, chain, between);
  if (openssl.accepts) {
    return { known: [oneSearch], unknown: [] };
  }
  const known: string[] = [];
  const unknown: string[] = openssl.errors.length === 0 ? [openssl.output] : [];
  for (const { code, depth } of openssl.errors) {
    const objection = { question: recipe.question, path, depth, certificate: path[depth]! };
    const differences = opensslDifferences.filter(
      ({ codes, applies }) => codes.includes(code) && applies(objection),
    );
    if (differences.length === 0) unknown.push(`OpenSSL: ${code} at ${depth}: ${openssl.output}`);
    known.push(...differences.map(({ why }) => why));
  }
  return { known, unknown };
}

function askAbout(
  folder: string,
  { anchor: place, question }: ChainRecipe,
  { leaf, anchor }: MadeChain,
  pool: MadeChain["pool"],
): Promise<OpensslVerdict> {
  const input = {
    leaf: leaf.pem,
    pool: pool.map(({ pem }) => pem),
    anchor: anchor.pem,
    isRoot: place === 0,
  };
  return askOpenssl(folder, input, question);
}
