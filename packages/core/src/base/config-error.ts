/**
 * Thrown while a shield, a guard or a server is being set up, never by a request.
 * The message names the option, what is wrong with it, and the cure.
 */
export class ConfigError extends TypeError {
  override readonly name = "ConfigError";
  /** Stable, for programs. */
  readonly code = "ERR_MTLS_CONFIG";
  /** The option at fault as a path, such as `rules[2].allow`. */
  readonly option: string;
  readonly #problem: string;
  readonly #cure: string;

  constructor(option: string, problem: string, cure: string, cause?: unknown) {
    super(`${option}: ${problem}. ${cure}`, cause === undefined ? undefined : { cause });
    this.option = option;
    this.#problem = problem;
    this.#cure = cure;
  }

  /** The same error for options that stand inside others: `outer` is where, such as `serverNames["a.example"].`. */
  within(outer: string): ConfigError {
    return new ConfigError(`${outer}${this.option}`, this.#problem, this.#cure, this);
  }
}
