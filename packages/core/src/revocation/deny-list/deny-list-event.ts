/** What an operator may want to hear of a list. */
export type DenyListEvent =
  | {
      readonly type: "deny-list-changed";
      /** Where the list comes from, such as `file /etc/denied.json`. */
      readonly source: string;
      readonly revision: number;
      /** How many there are now. */
      readonly entries: number;
      readonly added: number;
      readonly removed: number;
    }
  | {
      /** What could not be read, or is no list, replaces nothing: the last good list stays. Told once for each problem. */
      readonly type: "deny-list-rejected";
      readonly source: string;
      readonly problem: string;
    };
