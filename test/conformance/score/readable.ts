/** What can be read, of certificates that are not all a library's to read. */
export function readable<Parsed>(
  texts: readonly string[],
  parse: (text: string) => Parsed,
): Parsed[] {
  return texts.flatMap((text) => {
    try {
      return [parse(text)];
    } catch {
      return [];
    }
  });
}
