// `npm run demo`, also where nothing is installed yet: only Node's own modules may be imported here.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

requireNode();
if (!isInstalled()) install();
run();

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isRecent =
    (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || (major ?? 0) >= 24;
  if (isRecent) return;
  console.error(`This is Node ${process.versions.node}. Please use 20.19, 22.12, 24 or newer.`);
  process.exit(1);
}

/** Whether node_modules holds what package-lock.json asks for. npm writes the inner lock file when it has finished. */
function isInstalled() {
  const wanted = readLock("package-lock.json");
  const present = readLock("node_modules/.package-lock.json");
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || optional === true || present[path]?.version === version,
  );
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, root), "utf8")).packages;
  } catch {
    return {};
  }
}

function install() {
  console.log("Installing the dependencies first (npm ci --ignore-scripts) ...");
  const options = "ci --ignore-scripts --no-audit --no-fund";
  const npm = process.env["npm_execpath"];
  const { status } =
    npm === undefined
      ? spawnSync(`npm ${options}`, { cwd: root, stdio: "inherit", shell: true })
      : spawnSync(process.execPath, [npm, ...options.split(" ")], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function run() {
  const demo = spawn(
    process.execPath,
    [
      "--conditions=@mtls-shield/source",
      "--import=ts-blank-space/register",
      // It still hooks in with module.register(), which Node 26 warns of.
      "--disable-warning=DEP0205",
      fileURLToPath(new URL("main.ts", import.meta.url)),
      ...process.argv.slice(2),
    ],
    // The channel tells the demo when this process is gone, however it went.
    { cwd: root, stdio: ["inherit", "inherit", "inherit", "ipc"] },
  );
  // A terminal sends Ctrl-C to both processes: this one only waits for the other.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => demo.kill("SIGTERM"));
  demo.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
