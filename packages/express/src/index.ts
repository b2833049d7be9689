import "./express-request.ts";

// Express takes middleware of node:http as it is; typed on anything narrower, a guard would widen `req.params` of its route.
export * from "@mtls-shield/node";
export { mtls as default } from "@mtls-shield/node";
