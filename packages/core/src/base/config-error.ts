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

  constructor(option: string, problem: string, cure: string, cause?: unknown) {
    super(`${option}: ${problem}. ${cure}`, cause === undefined ? undefined : { cause });
    this.option = option;
  }
}
