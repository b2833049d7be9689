import { readFileSync } from "node:fs";
import type { Way } from "./way.ts";

interface WayEntry {
  readonly title: string;
  readonly load: () => Promise<Way>;
}

/** Every way by its name. Each is loaded in its own thread only. */
export const ways: Readonly<Record<string, WayEntry>> = {
  "mtls-shield": {
    title: "**mtls-shield**",
    load: async () => (await import("./ways/mtls-shield.ts")).mtlsShield,
  },
  pkijs: {
    title: `pkijs ${versionOf("pkijs")}, chain engine`,
    load: async () => (await import("./ways/pkijs-engine.ts")).pkijsEngine,
  },
  "node-forge": {
    title: `node-forge ${versionOf("node-forge")} (RSA only)`,
    load: async () => (await import("./ways/node-forge-chain.ts")).nodeForgeChain,
  },
  "@peculiar/x509": {
    title: `@peculiar/x509 ${versionOf("@peculiar/x509")}, chain builder and verify`,
    load: async () => (await import("./ways/peculiar-x509-chain.ts")).peculiarX509Chain,
  },
  X509Certificate: {
    title: `\`X509Certificate\` of Node ${process.versions.node}, a walk written by hand`,
    load: async () => (await import("./ways/x509-certificate-walk.ts")).x509CertificateWalk,
  },
};

function versionOf(name: string): string {
  const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
