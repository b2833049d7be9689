/** An option that cannot be used; the message names it and says what to give instead. */
export class PkiError extends Error {
  override readonly name = "PkiError";
  /** The option's name, such as `notAfter` or `subject.country`. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}
