const styles = { bold: 1, dim: 2, red: 31, green: 32 } as const;

/** Puts a style around a text, or leaves it as it is. */
export type Painter = (style: keyof typeof styles, text: string) => string;

/** Colours are for terminals, and for people who want them (no-color.org). */
export function createPainter(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Painter {
  const { NO_COLOR, TERM } = environment;
  const isColoured = stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
  return (style, text) => (isColoured ? `\u001b[${styles[style]}m${text}\u001b[0m` : text);
}
