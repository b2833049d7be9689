import { authority, type IssuedChain } from "@mtls-shield/testkit";
import type { WrittenCase } from "./conform.ts";

/** A case about this chain, every field as the generator of published suites writes it. */
export function writtenCase(
  { leaf, chain, root }: IssuedChain,
  changes: WrittenCase = {},
): WrittenCase {
  return {
    id: "made::case",
    conflicts_with: [],
    features: [],
    importance: "undetermined",
    description: "Made by a test.",
    validation_kind: "CLIENT",
    trusted_certs: [root.pem],
    untrusted_intermediates: chain.slice(1).map(({ pem }) => pem),
    peer_certificate: leaf.pem,
    peer_certificate_key: null,
    validation_time: null,
    signature_algorithms: [],
    key_usage: [],
    extended_key_usage: [],
    expected_result: "SUCCESS",
    expected_peer_name: null,
    expected_peer_names: [],
    max_chain_depth: null,
    crls: [],
    ...changes,
  };
}

/** A sound client below an intermediate. */
export function soundCase(changes: WrittenCase = {}): WrittenCase {
  return writtenCase(authority().intermediate().client(), changes);
}
