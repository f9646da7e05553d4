import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { recipeOf, toolNames, type ToolName } from "../../tools/catalogue.ts";

/**
 * Stands in for Go, which cannot be made to fail or hang on demand: writes a small program to the path after -o,
 * notes each build in builds.txt beside itself, and does what a file named after the package's last part says: fail-… ends it
 * with an error, hang-… lets it run the command in that file and then hang.
 */
const fakeGoScript = `
PATH=/usr/bin:/bin
here="$(dirname "$0")"
case "$1" in
  env) cat "$here/version" ;;
  mod) printf '{"Dir": "%s"}' "$here/module" ;;
  build)
    while [ "$1" != "-o" ]; do shift; done
    tool="$(basename "$3")"
    if [ -f "$here/fail-$tool" ]; then echo "undefined: something" >&2; exit 1; fi
    if [ -f "$here/hang-$tool" ]; then echo "partly" > "$2"; echo hanging; . "$here/hang-$tool"; exec tail -f /dev/null; fi
    printf '#!/bin/sh\\necho "$0 $*"\\n' > "$2"
    echo "$tool" >> "$here/builds.txt" ;;
esac`;

/** Writes a shell script that can be started. */
export async function program(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

export async function installFakeGo(folder: string, version = "go1.26.8"): Promise<void> {
  await program(join(folder, "go"), fakeGoScript);
  await writeFile(join(folder, "version"), `${version}\n`);
  for (const name of toolNames) await writeEmbeddedFiles(join(folder, "module"), name);
}

/** What a build takes along from the content of another module. */
async function writeEmbeddedFiles(moduleFolder: string, name: ToolName): Promise<void> {
  const recipe = recipeOf(name);
  for (const file of recipe.kind === "program" ? (recipe.embeds?.files ?? []) : []) {
    await mkdir(dirname(join(moduleFolder, file)), { recursive: true });
    await writeFile(join(moduleFolder, file), "");
  }
}

/** The packages that were built, in order. */
export async function buildsOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "builds.txt"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
