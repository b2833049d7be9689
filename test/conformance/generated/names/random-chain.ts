import type { SeededRandom } from "../seeded-random.ts";
import type { Constraints, Link, Name, NamedChain, Subtree } from "./name.ts";

const texts = (form: Exclude<Name["form"], "directory">, ...all: readonly string[]): Name[] =>
  all.map((text) => ({ form, text }));
const directories = (...all: readonly (readonly string[])[]): Name[] =>
  all.map((organizations) => ({ form: "directory", organizations }));

const names: readonly (readonly Name[])[] = [
  texts("dns", "a.example.com", "example.com", "b.a.example.com", "badexample.com", "host.test"),
  texts("dns", "*.example.com", "*.a.example.com", "*.com.test", "*.host.test"),
  texts("ip", "10.1.2.3", "10.1.3.3", "192.0.2.1", "2001:db8::1", "2001:db8:1::1", "::1"),
  texts("email", "joe@example.com", "joe@a.example.com", "ann@example.com", "joe@host.test"),
  texts("uri", "https://example.com/a", "spiffe://a.example.com/b", "http://host.test:80/?c"),
  directories(["Example", "Unit"], ["Example"], ["Other"], ["Other", "Example"]),
];

const subtrees: readonly (readonly Subtree[])[] = [
  texts("dns", "example.com", "a.example.com", "com", "test", "b.a.example.com", "host.test"),
  texts("ip", "10.0.0.0/8", "10.1.2.0/24", "10.1.2.3/32", "0.0.0.0/0", "10.1.2.0/23"),
  texts("ip", "2001:db8::/32", "2001:db8:1::/48", "::/0", "::1/128"),
  texts("email", "example.com", ".example.com", "joe@example.com", "host.test"),
  texts("uri", "example.com", ".example.com", "host.test", ".test"),
  directories(["Example"], ["Example", "Unit"], ["Other"]),
];

/** A chain of authorities, some of which constrain the names below, and a leaf with names of every form. */
export function randomChain(random: SeededRandom): NamedChain {
  const links = Array.from({ length: 2 + random.below(4) }, (_, index): Link => {
    const selfIssued = index > 0 && random.chance(0.25);
    return {
      ...(selfIssued ? { selfIssued } : {}),
      ...(random.chance(0.45) ? { constraints: randomConstraints(random) } : {}),
    };
  });
  const alternatives = Array.from({ length: random.below(4) }, () =>
    random.pick(random.pick(names)),
  );
  const hosts = alternatives.flatMap((name) =>
    name.form === "dns" || name.form === "ip" || name.form === "email" ? [name] : [],
  );
  const isNamed = random.chance(0.7) && hosts.length > 0;
  const { form, text } = isNamed
    ? random.pick(hosts)
    : { form: "dns" as const, text: "absent.test" };
  return {
    links,
    ...(random.chance(0.5)
      ? { commonName: random.pick(["a.example.com", "10.1.2.3", "Joe"]) }
      : {}),
    organizations: random.pick([["Example"], ["Example", "Unit"], ["Other"]]),
    alternatives,
    ...(isNamed || random.chance(0.1)
      ? { peer: { form, text: text.replace("*", random.pick(["probe", "a"])) } }
      : {}),
  };
}

function randomConstraints(random: SeededRandom): Constraints {
  // Several of one form on the permitted side, so that some chains are admitted.
  const form = random.pick(subtrees);
  const permitted = random.chance(0.5) ? random.shuffled(form).slice(0, 1 + random.below(4)) : [];
  const excluded =
    random.chance(0.5) || permitted.length === 0 ? [random.pick(random.pick(subtrees))] : [];
  return { permitted, excluded };
}
