import { isHttpDate } from "./http-date.ts";

/** What a server knows a version of its answer by (RFC 9110 8.8): sent along, an unchanged list is not loaded again. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** Those that can be sent again: a broken one would spoil every further request. */
export function validatorsOf(headers: Readonly<Record<string, string>>): Validators {
  const { etag = "", "last-modified": lastModified = "" } = headers;
  return {
    ...(/^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]{0,256}"$/.test(etag) && { etag }),
    ...(isHttpDate(lastModified) && { lastModified }),
  };
}

export function conditionalHeaders(validators: Validators): Readonly<Record<string, string>> {
  return {
    ...(validators.etag !== undefined && { "if-none-match": validators.etag }),
    ...(validators.lastModified !== undefined && { "if-modified-since": validators.lastModified }),
  };
}
