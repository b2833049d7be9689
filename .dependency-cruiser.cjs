// The import rules of the project: what the folders of core and the packages may see of each other.
const order = [
  "base",
  "reasons",
  "store",
  "asn1",
  "x509",
  ["sources", "path", "network", "files"],
  "revocation",
  "identity",
  "policy",
  "decision",
  "events",
];

const coreFolderRules = order.flatMap((group, position) =>
  [group].flat().map((name) => ({
    name: `core-${name}-imports-left`,
    severity: "error",
    from: { path: `^packages/core/src/${name}/` },
    to: {
      path: "^packages/core/src/",
      pathNot: [name, ...order.slice(0, position).flat()].map(
        (left) => `^packages/core/src/${left}/`,
      ),
    },
  })),
);

/** Each package may import itself and the packages to its right. */
const packages = {
  core: [],
  node: ["core"],
  express: ["core", "node"],
  koa: ["core", "node"],
  pki: [],
  stores: ["core"],
  testkit: [],
};

const packageRules = Object.entries(packages).map(([name, below]) => ({
  name: `${name}-imports-only-${["itself", ...below].join("-")}`,
  severity: "error",
  from: { path: `^packages/${name}/src/` },
  to: { path: "^packages/", pathNot: [name, ...below].map((allowed) => `^packages/${allowed}/`) },
}));

module.exports = {
  forbidden: [
    ...coreFolderRules,
    ...packageRules,
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-inner-barrel",
      comment: "A file imports the file it needs, never an index.ts of its own package.",
      severity: "error",
      from: { path: "^packages/([^/]+)/src/", pathNot: "/src/(index|testing)\\.ts$" },
      to: { path: "^packages/$1/src/index\\.ts$" },
    },
    {
      name: "no-foreign-src",
      comment: "Packages meet at their public names, not in each other's files.",
      severity: "error",
      from: { path: "^packages/([^/]+)/src/" },
      to: {
        path: "^packages/[^/]+/src/",
        pathNot: ["^packages/$1/", "/src/(index|application|adapter|testing)\\.ts$"],
      },
    },
    {
      name: "core-has-no-dependency",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: {
        dependencyTypes: [
          "npm",
          "npm-dev",
          "npm-peer",
          "npm-optional",
          "npm-no-pkg",
          "npm-unknown",
        ],
        pathNot: "@types/node",
      },
    },
    {
      name: "forge-and-peculiar-only-in-pki",
      comment: "They issue and bundle; nothing that judges a request may reach them.",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/(pki|testkit|[^/]+/test)/" },
      to: { path: "node_modules/(node-forge|@peculiar)/" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "/dist/"] },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ["@mtls-shield/source", "import", "types"] },
  },
};
