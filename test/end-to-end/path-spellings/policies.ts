import { fingerprint, type Rule } from "@mtls-shield/node";
import { fakeClient } from "@mtls-shield/node/testing";

/** The client whom every protected resource is for, and one that is verified as well but may not have them. */
export const owner = fakeClient({ commonName: "owner" });
export const stranger = fakeClient({ commonName: "stranger" });

const forOwner = fingerprint(owner.fingerprint);
const nobody = fingerprint("00".repeat(32));

function protect(...matches: readonly string[]): readonly Rule[] {
  return matches.map((match) => ({ match, allow: forOwner }));
}

const restForAnyone: Rule = { match: "* /**", allow: "anyone" };
const publicForAnyone: Rule = { match: "* /public/**", allow: "anyone" };

const prefixes = [
  "/admin/**",
  "/Reports/**",
  "/caf%C3%A9/**",
  "/api/admin/**",
  "/mounted/vault/**",
  "/tenants/*/keys/**",
  "/vip/**",
  "/rooms/*/keys/**",
  "/secret/**",
  "/files/secret/**",
];

/** The same protection, written in many shapes. `/public/page` is open in each. */
export const policies: Readonly<Record<string, readonly Rule[]>> = {
  "a prefix for each": [...protect(...prefixes), restForAnyone],
  "each path exactly": [
    ...protect(
      "/admin",
      "/admin/users/*",
      "/Reports/*",
      "/caf%C3%A9",
      "/api/admin",
      "/mounted/vault",
      "/tenants/*/keys",
      "/vip/**",
      "/rooms/*/keys",
      "/secret/file.txt",
      "/files/secret/file.txt",
    ),
    restForAnyone,
  ],
  "stars for what varies": [
    ...protect(
      "/*",
      "/*/users/*",
      "/Reports/*",
      "/*/admin",
      "/*/vault",
      "/*/*/keys",
      "/vip/**",
      "/*/file.txt",
      "/*/secret/*",
    ),
    restForAnyone,
  ],
  "ends of any depth": [
    ...protect(
      "/**/admin",
      "/**/users/*",
      "/**/Reports/*",
      "/**/café",
      "/**/vault",
      "/**/keys",
      "/**/vip/**",
      "/**/secret/**",
    ),
    restForAnyone,
  ],
  "one method": [...protect(...prefixes.map((path) => `GET ${path}`)), restForAnyone],
  "in capitals": [
    ...protect(...prefixes.map((path) => decodeURI(path).toUpperCase())),
    restForAnyone,
  ],
  "percent-encoded": [
    ...protect(
      ...prefixes.map((path) =>
        path.replace(/(?<=\/)[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
      ),
    ),
    restForAnyone,
  ],
  "only what is public for anyone": [publicForAnyone, ...protect("* /**")],
  "nothing for the rest": [publicForAnyone, ...protect(...prefixes)],
  "the rest only reported": [
    ...protect(...prefixes),
    publicForAnyone,
    { match: "* /**", allow: nobody, mode: "report" },
  ],
};
