/** One HTTP exchange. It is not redirected: whoever asks decides about each address. */
export interface FetchRequest {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Ends the exchange and lets go of the connection, also while the body is read. */
  readonly signal: AbortSignal;
  /** Whether a connection may be made to this IP address, whatever name led to it. */
  readonly admits: (address: string) => boolean;
}

/** The answer to one exchange, whatever its status. */
export interface FetchResponse {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came: nothing is decompressed. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Does one HTTP exchange; rejects where there is no answer. The body may fail later, while it is read. */
export type Fetcher = (request: FetchRequest) => Promise<FetchResponse>;
