// One of several processes: an application behind a shield, as a cluster worker or alone.
import express from "express";
import {
  createDenyList,
  createMtlsServer,
  mtls,
  type RevocationOptions,
} from "@mtls-shield/express";
import { createFileStore } from "@mtls-shield/stores/file";
import { startServer } from "@mtls-shield/testkit";

/** What a process is to be: JSON in its environment, since a cluster worker loses messages that come before it listens. */
export interface ApiPlan {
  readonly key: string;
  readonly cert: string;
  readonly trust: string;
  /** Path of a CRL. */
  readonly crl?: string;
  /** Folder of the store that keeps the marks. */
  readonly marks?: string;
  readonly denied?: { readonly file?: string; readonly storeFolder?: string };
}

/** Puts a certificate, as PEM, on the own list or takes it off. */
export interface DenyOrder {
  readonly deny?: string;
  readonly restore?: string;
}

export type ApiMessage =
  | {
      readonly kind: "ready";
      readonly port: number;
      readonly convergesWithinMs: number | undefined;
      /** The options that the start-up warned of, and its sentences. */
      readonly warnings: readonly { readonly option: string; readonly message: string }[];
    }
  | { readonly kind: "done" };

function reply(message: ApiMessage): void {
  process.send?.(message);
}

async function serve(plan: ApiPlan): Promise<void> {
  const warnings: { readonly option: string; readonly message: string }[] = [];
  const { file, storeFolder } = plan.denied ?? {};
  const denied = createDenyList({
    ...(file !== undefined && { file }),
    ...(storeFolder !== undefined && { store: createFileStore({ folder: storeFolder }) }),
  });
  const revocation: RevocationOptions = {
    ...(plan.denied !== undefined && { denied }),
    ...(plan.crl !== undefined && { crl: plan.crl }),
    ...(plan.marks !== undefined && { store: createFileStore({ folder: plan.marks }) }),
  };
  const shield = mtls({
    trust: plan.trust,
    revocation,
    onWarning: (warning) => warnings.push(warning),
  });
  const app = express();
  app.use(shield);
  app.get("/", (request, response) => {
    response.json({ client: request.mtls?.client?.commonName });
  });
  await shield.whenReady();
  const { key, cert, trust } = plan;
  const { port } = await startServer(createMtlsServer({ key, cert, ca: trust }, app));
  const { convergesWithinMs } = denied;
  reply({ kind: "ready", port, convergesWithinMs, warnings });
  process.on("message", ({ deny, restore }: DenyOrder) => {
    const order =
      deny === undefined
        ? denied.restore({ publicKey: restore! })
        : denied.deny({ publicKey: deny });
    void order.then(() => {
      reply({ kind: "done" });
    });
  });
}

process.once("disconnect", () => process.exit());
void serve(JSON.parse(process.env["API_PLAN"]!) as ApiPlan);
