// `npm test`: plain JavaScript for Node 18 and later. Types, lint, then every test; ends with one line of counts.
import { installDependencies, projectRoot, runPinned } from "./bootstrap.js";

installDependencies();
const bin = `${projectRoot}/node_modules`;
const checks = {
  types: [`${bin}/typescript/bin/tsc`],
  lint: [`${bin}/eslint/bin/eslint.js`, "."],
  format: [`${bin}/prettier/bin/prettier.cjs`, "--check", "--log-level", "warn", "."],
};
const broken = Object.entries(checks).find(([, command]) => runPinned(command) !== 0);
if (broken === undefined) {
  process.exitCode = runPinned([`${projectRoot}/test/run-all.ts`, ...process.argv.slice(2)]);
} else {
  console.log(`${broken[0]} failed: no test was run\n\n0 passed, 1 failed`);
  process.exitCode = 1;
}
