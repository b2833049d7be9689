import { authority, der, extensions, type TestAuthority } from "@mtls-shield/testkit";

/** Certificates that are made to cost time, after the cases that broke other verifiers. */
export interface PathologicalChain {
  readonly name: string;
  readonly leaf: Uint8Array;
  readonly intermediates: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** A hundred intermediates of one name or many, none below the root; and names against name constraints. */
export function makePathologicalChains(count: number): readonly PathologicalChain[] {
  return [
    chainOf("distinctNames", count, (index) => `Authority ${index}`),
    chainOf("oneName", count, () => "Authority"),
    constrainedNames(count * 20),
  ];
}

function chainOf(
  name: string,
  count: number,
  nameOf: (index: number) => string,
): PathologicalChain {
  const top = authority({ commonName: nameOf(0) });
  const chain: TestAuthority[] = [top];
  for (let index = 1; index < count; index++) {
    chain.push((chain[index - 1] as TestAuthority).intermediate({ commonName: nameOf(index) }));
  }
  return {
    name,
    leaf: (chain[count - 1] as TestAuthority).client().leaf.der,
    intermediates: chain.map(({ certificate }) => certificate.der),
    root: authority({ commonName: "Unrelated" }).certificate.der,
  };
}

function constrainedNames(count: number): PathologicalChain {
  const names = Array.from({ length: count }, (_, index) => `host-${index}.example`);
  const subtrees = names.map((host) => der.sequence(der.primitive(2, Buffer.from(`x-${host}`))));
  const constraints = extensions.extension(
    "2.5.29.30",
    der.sequence(der.constructed(1, ...subtrees)),
    { critical: true },
  );
  const root = authority({ moreExtensions: [constraints] });
  return {
    name: "constrainedNames",
    leaf: root.client({ dnsNames: names }).leaf.der,
    intermediates: [],
    root: root.certificate.der,
  };
}
