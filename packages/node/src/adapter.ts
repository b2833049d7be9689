// What an adapter for another framework is made of. Applications use the package's main entry.
export { announcesBody } from "./announces-body.ts";
export { endConnectionAfter, isTooLate } from "./end-connection.ts";
export { clientIn } from "./client-of.ts";
export { contextOf } from "./request-context.ts";
export { shareFace } from "./faces.ts";
export { handlerOf, splitOptions, type AdapterConfig, type AdapterOptions } from "./mtls.ts";
export type { HeaderFilter } from "./headers/header-filter.ts";
export { Refusers, type AnsweringShield } from "./refusers.ts";
export { problemOf, type Problem } from "./problem.ts";
export { RequestView, type FrameworkTarget } from "./request-view.ts";
