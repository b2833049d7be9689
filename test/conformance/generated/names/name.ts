/** A name of a certificate. An address is its bits, 32 or 128 of them; a directory name is its organizations, the upper first. */
export type Name =
  | { readonly form: "dns"; readonly text: string }
  | { readonly form: "ip"; readonly text: string }
  | { readonly form: "email"; readonly text: string }
  | { readonly form: "uri"; readonly text: string }
  | { readonly form: "directory"; readonly organizations: readonly string[] };

/** Names of one form: a domain, a host, a mailbox, a range of addresses (`10.0.0.0/8`), or the beginning of a directory name. */
export type Subtree = Name;

/** What an authority says of the names below it. */
export interface Constraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

/** An authority of a chain. */
export interface Link {
  readonly constraints?: Constraints;
  /** It has the name of the one above it. */
  readonly selfIssued?: boolean;
}

/** A chain from the anchor down, and what is asked of its leaf. */
export interface NamedChain {
  readonly links: readonly Link[];
  readonly commonName?: string;
  readonly organizations: readonly string[];
  readonly alternatives: readonly Name[];
  readonly peer?: { readonly form: "dns" | "ip" | "email"; readonly text: string };
}
