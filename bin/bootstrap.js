// Plain JavaScript for Node 18 and later: what must happen before the sources can run.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");

/** The Node of the development dependencies, whatever the machine's own. */
export const pinnedNode = `${projectRoot}/node_modules/node/bin/node`;

const stamp = `${projectRoot}/node_modules/.lockstep-installed`;

/**
 * As `engines` in package.json: ^22.22.2 || ^24.15 || >=26.
 * @param {string} version
 */
export function runsSources(version) {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 2);
  if (major === 24) return minor >= 15;
  return major >= 26;
}

/** Installs exactly what the lock file names, once per lock file. Ends the process where that fails. */
export function installDependencies() {
  const wanted = createHash("sha256")
    .update(readFileSync(`${projectRoot}/package-lock.json`))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(pinnedNode)) return;
  console.log("Installing dependencies …");
  // Install scripts stay off: one of them wants to download an engine plugin. Node's own only moves its binary.
  npm("ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error");
  npm("rebuild", "node", "--loglevel=error");
  writeFileSync(stamp, wanted);
}

/**
 * Runs a program on the pinned Node, with the project's programs first on the PATH.
 * @param {string[]} args
 * @returns {number} its exit code
 */
export function runPinned(args) {
  const PATH = `${projectRoot}/node_modules/.bin:${process.env["PATH"] ?? ""}`;
  const { status, signal } = spawnSync(pinnedNode, args, {
    cwd: projectRoot,
    stdio: "inherit",
    env: { ...process.env, PATH },
  });
  return signal === "SIGINT" ? 130 : (status ?? 1);
}

/** @param {string[]} args */
function npm(...args) {
  const { status, error } = spawnSync("npm", args, { cwd: projectRoot, stdio: "inherit" });
  if (status === 0) return;
  console.error(`lockstep: npm ${args.join(" ")} failed${error === undefined ? "" : `: ${error.message}`}`);
  process.exit(1);
}
