import type { MtlsError } from "@mtls-shield/core";

/** An HTTP answer that says why a request was refused, as problem details (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to a refusal: the code and its public sentence, and nothing else of what is known. */
export function problemOf(error: MtlsError): Problem {
  const { code, summary } = error.publicReason;
  const body = JSON.stringify({
    type: `urn:mtls-shield:reason:${code}`,
    title: summary,
    status: error.status,
    code,
  });
  return {
    status: error.status,
    headers: {
      ...error.headers,
      "Content-Type": "application/problem+json",
      "Content-Length": String(Buffer.byteLength(body)),
    },
    body,
  };
}
