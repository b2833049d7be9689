import { readHostName } from "./host-name.ts";

/** An e-mail address (RFC 5280 7.5). */
export interface Mailbox {
  /** Case counts. */
  readonly local: string;
  /** In lower case. */
  readonly host: string;
}

/** Dot-atoms only (RFC 5321 4.1.2): a quoted string would be one more spelling of a mailbox that may be excluded. */
const localPart = /^[\w!#$%&'*+/=?^`{|}~.-]+$/;

/** Undefined when the text is not one local part and one host. */
export function readMailbox(text: string): Mailbox | undefined {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  const host = readHostName(text.slice(at + 1));
  return host !== undefined && localPart.test(local) ? { local, host } : undefined;
}
