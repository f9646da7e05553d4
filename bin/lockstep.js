#!/usr/bin/env node
// Plain JavaScript for Node 18 and later: finds a Node that runs the sources, and goes on with it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { pinnedNode, projectRoot, runsSources } from "./bootstrap.js";

const main = `${projectRoot}/src/cli/main.ts`;
const options = process.argv.slice(2);

if (!existsSync(`${projectRoot}/node_modules/commander`)) {
  console.error(
    "lockstep: the dependencies are not installed. Type:  npm run quickstart   (or: npm ci --ignore-scripts && npm rebuild node)",
  );
  process.exitCode = 2;
} else if (runsSources(process.versions.node)) {
  process.argv.splice(1, 1, main);
  await import(main);
} else {
  const { status, signal } = spawnSync(pinnedNode, [main, ...options], { stdio: "inherit" });
  process.exitCode = signal === "SIGINT" ? 130 : (status ?? 1);
}
