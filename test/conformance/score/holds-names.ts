import { X509Certificate } from "node:crypto";
import type { PathCase } from "../path-case.ts";

/** Names as Node compares them: what users of libraries that compare none are left with. */
export function holdsNames({ leaf, names }: PathCase): boolean {
  const certificate = new X509Certificate(leaf);
  return names.every(({ type, value }) => {
    switch (type) {
      case "dns":
        return certificate.checkHost(value, { subject: "never" }) !== undefined;
      case "ip":
        return certificate.checkIP(value) !== undefined;
      case "email":
        return certificate.checkEmail(value, { subject: "never" }) !== undefined;
    }
  });
}
