/** The warnings that the process emits for a call, kept from being printed. */
export async function processWarningsOf(call: () => unknown): Promise<readonly Error[]> {
  const printers = process.listeners("warning");
  const warnings: Error[] = [];
  process.removeAllListeners("warning");
  process.on("warning", (warning) => warnings.push(warning));
  try {
    call();
    // Warnings are emitted in the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    return warnings;
  } finally {
    process.removeAllListeners("warning");
    for (const printer of printers) process.on("warning", printer);
  }
}
