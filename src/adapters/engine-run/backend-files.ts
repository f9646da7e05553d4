import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { accepted, combine, refused, type Outcome } from "../../model/refusal.ts";
import { failureOf, readAnswer } from "../json-answer.ts";
import { readProjectName } from "../project-name.ts";
import { projectRoot } from "../project.ts";

/** Where a file backend keeps what it knows of one stack (pulumi, pkg/backend/diy). */
export interface BackendFiles {
  /** The state. */
  readonly state: string;
  /** A file for each run that holds the update lock. */
  readonly locks: string;
  /** The state after each update of the past. */
  readonly backups: string;
}

const SCHEME = "file://";
const ANSWER_TIMEOUT_MS = 60_000;
const EXTENSIONS = [".json", ".json.gz", ".json.zst"];

/** Undefined where the backend is no folder of files: those keep their own order. */
export async function findBackendFiles(
  stage: string,
  signal?: AbortSignal,
): Promise<Outcome<BackendFiles | undefined>> {
  const read = combine({ url: await backendUrl(signal), project: await readProjectName() });
  if (read.kind === "refused") return read;
  const { url, project } = read.value;
  if (!url.startsWith(SCHEME)) return accepted(undefined);
  return accepted(filesOf(join(folderOf(url), ".pulumi"), project, stage));
}

function filesOf(folder: string, project: string, stage: string): BackendFiles {
  const stacks = join(folder, "stacks");
  const found = EXTENSIONS.map((extension) => join(stacks, project, `${stage}${extension}`)).find(existsSync);
  const state = found ?? join(stacks, project, `${stage}.json`);
  return {
    state,
    // A backend in a folder has one organization, of this name.
    locks: join(folder, "locks", "organization", project, stage),
    backups: join(folder, "backups", project, stage),
  };
}

/** A relative one is relative to the project, where the engine runs. */
function folderOf(url: string): string {
  const path = url.slice(SCHEME.length).split("?")[0] ?? "";
  if (path.startsWith("~")) return join(homedir(), path.slice(1));
  return path.startsWith("/") ? fileURLToPath(`${SCHEME}${path}`) : resolve(projectRoot, path);
}

async function backendUrl(signal: AbortSignal | undefined): Promise<Outcome<string>> {
  const named = process.env["PULUMI_BACKEND_URL"];
  if (named !== undefined && named !== "") return accepted(named);
  const url = await (loggedIn ?? askWhere(signal));
  if (url.kind === "accepted") loggedIn = url;
  return url;
}

/** Asked once: nobody logs in elsewhere while a verb runs. */
let loggedIn: Outcome<string> | undefined;

async function askWhere(signal: AbortSignal | undefined): Promise<Outcome<string>> {
  const limits = { cwd: projectRoot, timeoutMs: ANSWER_TIMEOUT_MS };
  const options = signal === undefined ? limits : { ...limits, signal };
  try {
    const args = ["whoami", "--json", "--non-interactive"];
    return accepted((await readAnswer("pulumi", args, z.object({ url: z.string() }), options)).url);
  } catch (error) {
    const { missing, said } = failureOf(error);
    return refused([
      {
        code: missing ? "missing-pulumi" : "engine-unreachable",
        place: { path: "PULUMI_BACKEND_URL" },
        found: missing ? "no pulumi on the PATH" : said,
        expected: "where the engine keeps its stacks",
        action: missing ? "install pulumi, or take the sandbox's: source .sandbox/env" : "pulumi whoami --verbose",
      },
    ]);
  }
}
