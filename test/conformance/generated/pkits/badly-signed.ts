interface SignedParts {
  readonly alterSignature?: (signature: Uint8Array) => Uint8Array;
}

/** Parts whose signature no key has made: a bit at its end is flipped. */
export function badlySigned<Parts extends SignedParts>(sound: Parts): Parts {
  return {
    ...sound,
    alterSignature: (signature: Uint8Array) =>
      signature.map((octet, at) => (at === signature.length - 1 ? octet ^ 1 : octet)),
  };
}
