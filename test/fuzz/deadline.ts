import { runInThisContext } from "node:vm";

const slot = "mtlsShieldFuzzWork";

/** Runs something that may never end; false when it was ended after so many milliseconds. */
export function endsWithin(milliseconds: number, work: () => void): boolean {
  // A timer would never fire while the work goes on; the script's own timeout is kept by another thread.
  Object.defineProperty(globalThis, slot, { value: work, configurable: true });
  try {
    runInThisContext(`${slot}()`, { timeout: milliseconds });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw error;
  } finally {
    Reflect.deleteProperty(globalThis, slot);
  }
}
