import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Question } from "./chain-recipe.ts";
import { now } from "./oddities.ts";
import { anyPolicy } from "./policy-names.ts";

export interface OpensslVerdict {
  readonly accepts: boolean;
  /** In the order in which they were found; none where the certificates could not even be read. */
  readonly errors: readonly OpensslError[];
  readonly output: string;
}

/** One of `X509_V_ERR_...`, and the certificate: 0 is the leaf. */
export interface OpensslError {
  readonly code: number;
  readonly depth: number;
}

/** Certificates as PEM. */
export interface OpensslInput {
  readonly leaf: string;
  readonly pool: readonly string[];
  readonly anchor: string;
  readonly isRoot: boolean;
}

let files = 0;

/** What `openssl verify` says. The files go to `folder`, under names of their own. */
export function askOpenssl(
  folder: string,
  { leaf, pool, anchor, isRoot }: OpensslInput,
  question: Question,
): Promise<OpensslVerdict> {
  const write = (content: string): string => {
    const name = `${++files}.pem`;
    writeFileSync(join(folder, name), content);
    return name;
  };
  const args = [
    ...["verify", "-no-CApath", "-no-CAstore", "-CAfile", write(anchor)],
    ...(isRoot ? [] : ["-partial_chain"]),
    ...(pool.length === 0 ? [] : ["-untrusted", write(pool.join(""))]),
    ...questionArgs(question),
    write(leaf),
  ];
  return new Promise((resolve) => {
    execFile("openssl", args, { cwd: folder, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ accepts: error === null, errors: readErrors(stderr), output: stdout + stderr });
    });
  });
}

function questionArgs({ purpose, isStrict, peer, policies, pathLength }: Question): string[] {
  const peerOption = { dns: "-verify_hostname", ip: "-verify_ip", email: "-verify_email" } as const;
  return [
    ...["-attime", String(now / 1_000)],
    ...["-purpose", purpose === "any" ? "any" : `ssl${purpose}`],
    ...(isStrict ? ["-x509_strict"] : []),
    ...(peer === undefined ? [] : [peerOption[peer.type], peer.value]),
    // Without it what authorities demand would not count.
    "-policy_check",
    // OpenSSL takes no policy at all for its default where RFC 5280 6.1.1 (c) takes any.
    ...(policies?.accepted ?? [anyPolicy]).flatMap((policy) => ["-policy", policy]),
    ...(policies?.requireExplicit === true ? ["-explicit_policy"] : []),
    ...(policies?.inhibitMapping === true ? ["-inhibit_map"] : []),
    ...(policies?.inhibitAny === true ? ["-inhibit_any"] : []),
    ...(pathLength === undefined ? [] : ["-verify_depth", String(pathLength)]),
  ];
}

function readErrors(stderr: string): readonly OpensslError[] {
  return [...stderr.matchAll(/^error (\d+) at (\d+) depth lookup/gm)].map(([, code, depth]) => ({
    code: Number(code),
    depth: Number(depth),
  }));
}
