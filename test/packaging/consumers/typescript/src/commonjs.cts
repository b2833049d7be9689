// A CommonJS module of a TypeScript project, which Node's require() of ES modules makes possible.
import shield = require("@mtls-shield/express");
import testing = require("@mtls-shield/express/testing");

const handler: shield.MtlsHandler = testing.fakeMtls(testing.fakeClient());

export = {
  handler,
  guard: shield.requireClient("any-client"),
  sameFunction: shield.default === shield.mtls,
};
