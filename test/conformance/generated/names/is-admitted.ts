import { isIPv4 } from "node:net";
import type { Constraints, Name, NamedChain, Subtree } from "./name.ts";

/** Whether the leaf is the expected peer and no name of the chain violates a constraint above it: by looking at all of them. */
export function isAdmitted({ links, organizations, alternatives, peer }: NamedChain): boolean {
  const subject: Name = { form: "directory", organizations };
  const ofLeaf = [subject, ...alternatives];
  return (
    links.every(({ constraints }, index) => {
      if (constraints === undefined) return true;
      const below = links.slice(index + 1).filter(({ selfIssued }) => selfIssued !== true);
      // Every authority of the chain is one of the same organization.
      const names = below.length > 0 ? [...ofLeaf, ofAuthority] : ofLeaf;
      return names.every((name) => satisfies(name, constraints));
    }) &&
    (peer === undefined ||
      alternatives.some((name) => name.form !== "directory" && stands(name, peer)))
  );
}

/** The organization of every authority. */
export const authorityOrganizations = ["Example"] as const;

const ofAuthority: Name = { form: "directory", organizations: authorityOrganizations };

function stands(name: Exclude<Name, { form: "directory" }>, peer: NonNullable<NamedChain["peer"]>) {
  if (name.form !== peer.form) return false;
  if (name.form === "ip") return bitsOf(name.text) === bitsOf(peer.text);
  if (!name.text.startsWith("*.")) return name.text === peer.text;
  return peer.text.split(".").slice(1).join(".") === name.text.slice(2);
}

function satisfies(name: Name, { permitted, excluded }: Constraints): boolean {
  const ofForm = (subtrees: readonly Subtree[]) =>
    subtrees.filter(({ form }) => form === name.form);
  // A wildcard stands for many hosts: all of them have to be permitted, and none excluded.
  return hostsOf(name, [...permitted, ...excluded]).every(
    (host) =>
      !ofForm(excluded).some((subtree) => lies(host, subtree)) &&
      (ofForm(permitted).length === 0 || ofForm(permitted).some((subtree) => lies(host, subtree))),
  );
}

/** For a wildcard some hosts that it stands for, those among them that a subtree may be about. */
function hostsOf(name: Name, subtrees: readonly Subtree[]): readonly Name[] {
  if (name.form !== "dns" || !name.text.startsWith("*.")) return [name];
  const labels = subtrees.flatMap((tree) => (tree.form === "dns" ? tree.text.split(".")[0]! : []));
  return ["probe", ...labels].map((label) => ({
    form: "dns",
    text: name.text.replace("*", label),
  }));
}

function lies(name: Name, subtree: Subtree): boolean {
  if (name.form === "directory" || subtree.form === "directory") {
    return (
      name.form === "directory" &&
      subtree.form === "directory" &&
      subtree.organizations.every((one, index) => name.organizations[index] === one)
    );
  }
  switch (name.form) {
    case "dns":
      return `.${name.text}`.endsWith(`.${subtree.text}`);
    case "ip": {
      const [base = "", length = ""] = subtree.text.split("/");
      const [bits, wanted] = [bitsOf(name.text), bitsOf(base)];
      return bits.length === wanted.length && bits.startsWith(wanted.slice(0, Number(length)));
    }
    case "email":
      return subtree.text.includes("@")
        ? name.text === subtree.text
        : isHostIn(name.text.split("@")[1]!, subtree.text);
    case "uri":
      return isHostIn(new URL(name.text).hostname, subtree.text);
  }
}

/** RFC 5280 4.2.1.10 for mailboxes and URIs: one host, or with a leading dot all hosts below. */
function isHostIn(host: string, subtree: string): boolean {
  return subtree.startsWith(".") ? host.endsWith(subtree) : host === subtree;
}

/** An address as text of zeros and ones. */
export function bitsOf(address: string): string {
  if (isIPv4(address))
    return address
      .split(".")
      .map((octet) => binary(octet, 10, 8))
      .join("");
  const [head = "", tail = ""] = address.split("::");
  const groups = (side: string) => (side === "" ? [] : side.split(":"));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].map((group) => binary(group, 16, 16)).join("");
}

function binary(digits: string, radix: number, length: number): string {
  return parseInt(digits, radix).toString(2).padStart(length, "0");
}
