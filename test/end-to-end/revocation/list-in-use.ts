import { eventually } from "./eventually.ts";
import type { RunningApp } from "./running-apps.ts";

/** Within what time docs/revocation.md says that another list in a file takes effect. */
export const fileMs = 1_000;

/** Waits until a list of this number is in use, or several: one of each authority. Says after how many milliseconds. */
export function listInUse(
  { events }: Pick<RunningApp, "events">,
  number: number,
  { lists = 1 }: { readonly lists?: number } = {},
): Promise<number> {
  const isLoaded = (event: RunningApp["events"][number]): boolean =>
    event.type === "revocation-list-loaded" && event.number === String(number);
  return eventually(`list ${number} is in use`, () => events.filter(isLoaded).length >= lists, {
    withinMs: fileMs,
  });
}
