/** Bytes that are not the strict DER they should be. Thrown inside a parser and caught at its one public entrance. */
export class DerError extends Error {
  override readonly name = "DerError";
}
