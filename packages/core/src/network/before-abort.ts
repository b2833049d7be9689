/** The promise, unless the signal is aborted first: then it rejects with the signal's reason. */
export function beforeAbort<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  // Not Promise.race: a promise that lives long keeps every race that it took part in, and a body may have millions of pieces.
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    // Whoever brings a fetcher may bring promises of another library.
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener("abort", stop);
      });
  });
}
