// What an adapter for another framework is made of. Applications use the package's main entry.
export { endConnectionAfter } from "./end-connection.ts";
export { clientIn } from "./client-of.ts";
export { contextOf } from "./request-context.ts";
export { handlerOf, splitOptions } from "./mtls.ts";
export { Refusers, type AnsweringShield } from "./refusers.ts";
export { problemOf, type Problem } from "./problem.ts";
export { RequestView, type FrameworkTarget } from "./request-view.ts";
