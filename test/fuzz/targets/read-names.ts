import { parseSpiffeId } from "../../../packages/core/src/x509/spiffe-id.ts";
import { readHostName } from "../../../packages/core/src/x509/host-name.ts";
import { readIpAddress } from "../../../packages/core/src/x509/ip-address.ts";
import { readMailbox } from "../../../packages/core/src/x509/mailbox.ts";
import { hostileText } from "../der/hostile-values.ts";
import { mutateBytes } from "../der/mutate-bytes.ts";
import type { Random } from "../random.ts";
import type { Finding, Target } from "../target.ts";

interface Input {
  readonly text: Uint8Array;
}

const seeds = [
  ...["spiffe://corp.example/a/b", "spiffe://corp.example", "a.corp.example", "*.corp.example"],
  ...["a@corp.example", '"a b"@corp.example', "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1"],
].map((text) => Buffer.from(text));

/** The readers of names: SPIFFE IDs, hosts, mailboxes, addresses. */
export const readNamesTarget: Target<Input> = {
  name: "names",
  share: 3,
  mutant: (random: Random) => ({
    text: random.chance(0.5)
      ? mutateBytes(random.pick(seeds), random.pick(seeds), random)
      : hostileText(random, 65_536),
  }),
  run: (input): Finding => {
    const text = Buffer.from(input.text).toString();
    const id = parseSpiffeId(text);
    const facts = JSON.stringify([id, readHostName(text), readMailbox(text), readIpAddress(text)]);
    const isRead = facts !== "[null,null,null,null]";
    const fault =
      id !== undefined && id.id !== `spiffe://${id.trustDomain}${id.path}`
        ? "a SPIFFE ID is not its parts"
        : undefined;
    return {
      stage: isRead ? "read" : "unreadable",
      verdict: isRead ? "a name" : "no name",
      facts,
      fault,
    };
  },
};
