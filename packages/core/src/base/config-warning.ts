/** Something in the configuration that works, but hardly as it was meant. */
export interface ConfigWarning {
  /** The option as a path, such as `rules[2]`. */
  readonly option: string;
  /** What is odd about it, and the cure. */
  readonly message: string;
}
