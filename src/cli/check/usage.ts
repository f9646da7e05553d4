import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { RefusalError, type Refusal } from "../../model/refusal.ts";

export interface NamedFiles {
  readonly project?: string;
  readonly events?: string;
  readonly policyPack?: string;
  readonly sarif?: string;
  readonly junit?: string;
}

/**
 * Looks whether what was named can be read or written at all: before minutes of work whose report nobody would see.
 * @throws RefusalError (2) with everything that cannot
 */
export async function refuseUnusableFiles(named: NamedFiles): Promise<void> {
  const refusals = await Promise.all([
    refuseProject(named.project),
    refuseInput("--events", named.events, "what `pulumi preview|up --event-log <file>` wrote"),
    refuseInput("--policy-pack", named.policyPack, "a policy pack, such as policy/lockstep-policy"),
    refuseReport("--sarif", named.sarif),
    refuseReport("--junit", named.junit),
  ]);
  const found = refusals.flatMap((refusal) => refusal ?? []);
  if (found.length > 0) throw new RefusalError(found, 2);
}

type Kind = "file" | "folder" | "nothing";

async function kindOf(path: string): Promise<Kind> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return "nothing";
  return stats.isDirectory() ? "folder" : "file";
}

async function refuseProject(folder: string | undefined): Promise<Refusal | undefined> {
  if (folder === undefined || (await kindOf(join(folder, "Pulumi.yaml"))) === "file") return undefined;
  const found = `no Pulumi.yaml in ${resolve(folder)}`;
  return unusable("--project", found, "the folder of a project", "name the folder that Pulumi.yaml lies in");
}

async function refuseInput(option: string, file: string | undefined, expected: string): Promise<Refusal | undefined> {
  if (file === undefined) return undefined;
  const kind = await kindOf(file);
  // A pack may be a folder.
  if (kind === "file" || (kind === "folder" && option === "--policy-pack")) return undefined;
  return unusable(option, foundAt(kind, file), expected, "correct the name");
}

async function refuseReport(option: string, file: string | undefined): Promise<Refusal | undefined> {
  if (file === undefined) return undefined;
  const [kind, parent] = await Promise.all([kindOf(file), kindOf(dirname(resolve(file)))]);
  const expected = "a file to write, in a folder that is there";
  if (kind === "folder") return unusable(option, foundAt(kind, file), expected, "name a file in it");
  if (parent === "folder") return undefined;
  const folder = dirname(resolve(file));
  return unusable(option, `no folder ${folder}`, expected, `mkdir -p '${folder}'`);
}

function foundAt(kind: Kind, file: string): string {
  return kind === "folder" ? `a folder: ${resolve(file)}` : `nothing at ${resolve(file)}`;
}

function unusable(option: string, found: string, expected: string, action: string): Refusal {
  return { code: "unusable-file", place: { path: option }, found, expected, action };
}
