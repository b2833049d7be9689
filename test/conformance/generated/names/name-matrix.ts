import type { Constraints, Link, Name, NamedChain } from "./name.ts";

/** What a part of a certificate says of the wanted host: nothing, it, or another. */
const choices = ["none", "wanted", "other"] as const;
type Choice = (typeof choices)[number];

const hosts = { wanted: "test.localhost", other: "bad.example.com" } as const;
const domains = { wanted: "localhost", other: "example.com" } as const;
const addresses = { wanted: "127.0.0.1", other: "1.1.1.1" } as const;
const ranges = { wanted: "127.0.0.0/24", other: "1.1.1.0/24" } as const;

export interface MatrixCell {
  readonly id: string;
  readonly chain: NamedChain;
}

/** Every combination of a common name, alternative names and constraints on hosts and addresses. */
export function* nameMatrix(): Generator<MatrixCell, void, undefined> {
  const commonNames = [undefined, ...Object.values(hosts), ...Object.values(addresses)];
  for (const peer of ["dns", "ip"] as const) {
    for (const commonName of commonNames) {
      for (const [host, address, ...limits] of combinations(6)) {
        const [permittedDns, permittedIp, excludedDns, excludedIp] = limits;
        const constraints: Constraints = {
          permitted: [...one("dns", domains, permittedDns), ...one("ip", ranges, permittedIp)],
          excluded: [...one("dns", domains, excludedDns), ...one("ip", ranges, excludedIp)],
        };
        const isConstrained = constraints.permitted.length + constraints.excluded.length > 0;
        const constrained: Link = isConstrained ? { constraints } : {};
        yield {
          id: [peer, commonName ?? "none", host, address, ...limits].join("-"),
          chain: {
            links: [{}, {}, constrained],
            ...(commonName === undefined ? {} : { commonName }),
            organizations: ["Example"],
            alternatives: [...one("dns", hosts, host), ...one("ip", addresses, address)],
            peer: { form: peer, text: peer === "dns" ? hosts.wanted : addresses.wanted },
          },
        };
      }
    }
  }
}

function* combinations(count: number): Generator<readonly Choice[], void, undefined> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const first of choices) {
    for (const others of combinations(count - 1)) yield [first, ...others];
  }
}

function one(
  form: "dns" | "ip",
  values: Readonly<Record<Exclude<Choice, "none">, string>>,
  choice: Choice = "none",
): readonly Name[] {
  return choice === "none" ? [] : [{ form, text: values[choice] }];
}
