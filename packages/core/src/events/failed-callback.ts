import { describeFault } from "../base/describe-fault.ts";
import type { Notices } from "./notices.ts";

/** Calls back into the application: where that throws or rejects, nothing changes, and it is reported once for each option. */
export function callGuarded(notices: Notices, option: string, call: () => unknown): void {
  const reportFault = (fault: unknown): void => {
    noticeFailedCallback(notices, option, fault);
  };
  try {
    // An async callback fails later; Promise.resolve also adopts promises of other libraries.
    Promise.resolve(call()).catch(reportFault);
  } catch (fault) {
    reportFault(fault);
  }
}

/** A callback of the application that throws or rejects changes no decision, but should not stay unknown. */
export function noticeFailedCallback(notices: Notices, option: string, fault: unknown): void {
  const message = `failed: ${describeFault(fault)}. Decisions are not affected.`;
  notices.once(option, { option, message });
}
