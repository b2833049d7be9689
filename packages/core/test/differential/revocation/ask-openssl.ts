import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { now } from "../oddities.ts";
import type { MadeSituation } from "./make-situation.ts";

export interface OpensslVerdict {
  readonly accepts: boolean;
  readonly output: string;
}

let files = 0;

/** What `openssl verify -crl_check_all` says, deltas and lists of other signers included. Its files go to `folder`. */
export function askOpenssl(
  folder: string,
  { client, intermediates, signers, lists }: MadeSituation,
): Promise<OpensslVerdict> {
  const write = (parts: readonly { readonly pem: string }[]): string => {
    const name = `${++files}.pem`;
    writeFileSync(join(folder, name), parts.map(({ pem }) => pem).join(""));
    return name;
  };
  const untrusted = [...intermediates, ...signers];
  const args = [
    ...["verify", "-no-CApath", "-no-CAstore", "-CAfile", write([client.root])],
    ...["-purpose", "sslclient", "-attime", String(now / 1_000)],
    ...["-crl_check_all", "-extended_crl", "-use_deltas", "-CRLfile", write(lists)],
    ...(untrusted.length === 0 ? [] : ["-untrusted", write(untrusted)]),
    write([client.leaf]),
  ];
  return new Promise((resolve) => {
    execFile("openssl", args, { cwd: folder, timeout: 60_000 }, (error, stdout, stderr) => {
      const output = stdout + stderr;
      // The program goes on after some errors, and forgets those in the path of a list's signer: then it says OK all the same.
      resolve({ accepts: error === null && !/\berror \d+ at\b/.test(output), output });
    });
  });
}
