import { UsageError } from "../usage-error.ts";

export const markers = { begin: "<!-- score: begin -->", end: "<!-- score: end -->" } as const;

/** The text with other lines between the markers. */
export function replaceBetweenMarkers(text: string, lines: readonly string[]): string {
  const begin = text.indexOf(markers.begin);
  const end = text.indexOf(markers.end);
  if (begin === -1 || end < begin) {
    throw new UsageError(`There is no place between ${markers.begin} and ${markers.end}.`);
  }
  const before = text.slice(0, begin + markers.begin.length);
  return `${before}\n\n${lines.join("\n")}\n\n${text.slice(end)}`;
}
