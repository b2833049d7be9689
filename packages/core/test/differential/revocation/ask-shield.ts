import { createShield } from "../../../src/shield.ts";
import { fakeRequest } from "../../fake-request.ts";
import { fakeConnection } from "../../fake-socket.ts";
import { now } from "../oddities.ts";
import type { MadeSituation } from "./make-situation.ts";

/** What a shield says: why it refuses. */
export interface ShieldVerdict {
  readonly accepts: boolean;
  /** The reason's code and, where nobody can tell the status, the problem. */
  readonly why: string;
}

/** What a shield says of the client's first request, with the lists in memory and in the mode `hard`. */
export async function askShield(
  { client, intermediates, signers, lists }: MadeSituation,
  { areKnown }: { readonly areKnown: boolean },
): Promise<ShieldVerdict> {
  const shield = createShield({
    clock: () => now,
    onWarning: () => undefined,
    onRevocationEvent: () => undefined,
    trust: {
      roots: client.root.der,
      ...(areKnown &&
        intermediates.length > 0 && { intermediates: intermediates.map(({ der }) => der) }),
    },
    revocation: {
      crl: {
        from: lists.map(({ der }) => der),
        ...(signers.length > 0 && { signers: signers.map(({ der }) => der) }),
      },
    },
  });
  try {
    const { decision } = await shield.decideWhenKnown(fakeRequest(fakeConnection(client.chain)));
    if (decision.outcome === "allow") return { accepts: true, why: "" };
    const { code, details } = decision.reason;
    const problem = details["problem"];
    return { accepts: false, why: problem === undefined ? code : `${code}: ${problem}` };
  } finally {
    shield.close();
  }
}
