import { extensions } from "@mtls-shield/testkit";
import type { PkitsAuthority } from "./pkits-authority.ts";
import type { PkitsSuite } from "./pkits-suite.ts";
import { p1 } from "./test-policies.ts";

/** PKITS 4.9 */
export function addExplicitPolicy(suite: PkitsSuite): void {
  const unbound = { policies: [] };
  const chain = (prefix: string, lengths: readonly (number | undefined)[]) =>
    lengths.reduce<PkitsAuthority>(
      (above, length, depth) =>
        above.subordinate(`${prefix} ${"sub".repeat(depth)}CA`, requiring(length)),
      suite.anchor,
    );
  const fourFrom = (length: number) =>
    chain(`requireExplicitPolicy${length}`, [length, undefined, undefined, undefined]);

  suite.accepts("4.9.1", "asks for no policy 5 below a 10", fourFrom(10).endEntity(unbound), {
    policies: [],
  });
  suite.accepts("4.9.2", "asks for no policy 4 below a 5", fourFrom(5).endEntity(unbound), {
    policies: [],
  });
  suite.refuses(
    "4.9.3",
    "policy-missing",
    "asks for a policy 4 below a 4",
    fourFrom(4).endEntity(unbound),
  );
  suite.accepts("4.9.4", "accepts a policy 4 below a 0", fourFrom(0).endEntity(), {
    policies: [p1],
  });
  const narrowed = chain("requireExplicitPolicy7", [7, 2, 4, undefined]);
  suite.refuses(
    "4.9.5",
    "policy-missing",
    "lets no later 4 lengthen a 2",
    narrowed.endEntity(unbound),
  );

  const ca = suite.anchor.subordinate("requireExplicitPolicy2 CA", requiring(2));
  const own = ca.selfIssued();
  suite.accepts("4.9.6", "does not count a self-issued authority", own.endEntity(unbound), {
    policies: [],
  });
  const sub = own.subordinate("requireExplicitPolicy2 subCA");
  suite.refuses(
    "4.9.7",
    "policy-missing",
    "counts the authority below a self-issued one",
    sub.endEntity(unbound),
  );
  suite.refuses(
    "4.9.8",
    "policy-missing",
    "asks for a policy below two self-issued authorities and one that counts",
    sub.selfIssued().endEntity(unbound),
  );
}

function requiring(length: number | undefined) {
  if (length === undefined) return {};
  return { moreExtensions: [extensions.policyConstraints({ requireExplicitPolicy: length })] };
}
