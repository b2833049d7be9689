export * from "@mtls-shield/node/testing";
