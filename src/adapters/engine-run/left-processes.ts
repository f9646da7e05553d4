import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { isEngineGone } from "../engine-watch.ts";
import { projectRoot } from "../project.ts";

/** A process of this machine, as Linux tells of it. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** The user it runs as. */
  readonly user: number;
  /** Of the file that it runs. */
  readonly program: string;
  readonly words: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  /** Where its loopback is. */
  readonly network: string;
}

const PROC = "/proc";
/** Of user ids the effective one, which is the second (proc_pid_status(5)). */
const STATUS = /^Pid:\t(?<pid>\d+)$[^]*^PPid:\t(?<parent>\d+)$[^]*^Uid:\t\d+\t(?<user>\d+)\t/m;
/** Whoever loses its parent becomes this one's child. */
const INIT = 1;
/** What the engine starts, each with the engine's own address. */
const STARTED_BY_ENGINE = /^pulumi-(?:language|resource)-/;
const ENGINE_ADDRESS = /^127\.0\.0\.1:\d+$/;

/**
 * Ends what an engine that was killed has left on this machine: its language host and its providers have groups of
 * their own, wait for it for ever and take a quarter of a gigabyte each. Only those of this user and this project that
 * have no parent any more and whose engine answers no longer; only where there is /proc.
 * @param project its folder
 * @returns whom it ended
 */
export async function endLeftProcesses(project = projectRoot): Promise<readonly ProcessFacts[]> {
  const found = await factsOf("self");
  if (found === undefined) return [];
  const self = { ...found, folder: await realpath(project) };
  const names = (await readdir(PROC)).filter((name) => /^\d+$/.test(name));
  const ended = await Promise.all(names.map(async (name) => endWhereLeft(name, self)));
  return ended.flat();
}

async function endWhereLeft(name: string, self: ProcessFacts): Promise<readonly ProcessFacts[]> {
  const facts = await factsOf(name);
  const engine = facts === undefined ? undefined : lostEngine(facts, self);
  if (engine === undefined || !(await isEngineGone(engine))) return [];
  // Ids are used again.
  const same = await factsOf(name);
  if (facts === undefined || JSON.stringify(same) !== JSON.stringify(facts)) return [];
  try {
    process.kill(facts.pid, "SIGTERM");
    return [facts];
  } catch {
    // It has ended by itself.
    return [];
  }
}

/**
 * Where a process' engine was, whose parent is no more; undefined where the process may be anybody else's. Whether the
 * engine still is there has to be asked.
 * @param self whoever asks, in the project's folder
 */
export function lostEngine(
  facts: ProcessFacts,
  self: Pick<ProcessFacts, "user" | "network" | "folder">,
): string | undefined {
  const { parent, user, program, words, network, folder } = facts;
  if (parent !== INIT || user !== self.user || network !== self.network) return undefined;
  if (folder !== self.folder && !folder.startsWith(`${self.folder}${sep}`)) return undefined;
  if (!STARTED_BY_ENGINE.test(program)) return undefined;
  return words.find((word) => ENGINE_ADDRESS.test(word));
}

/** Undefined for one that has ended, or is none of this user's business. */
async function factsOf(name: string): Promise<ProcessFacts | undefined> {
  const place = join(PROC, name);
  try {
    const [status, words, file, network, folder] = await Promise.all([
      readFile(join(place, "status"), "utf8"),
      readFile(join(place, "cmdline"), "utf8"),
      readlink(join(place, "exe")),
      readlink(join(place, "ns", "net")),
      readlink(join(place, "cwd")),
    ]);
    const { pid, parent, user } = STATUS.exec(status)?.groups ?? {};
    const numbers = { pid: Number(pid), parent: Number(parent), user: Number(user) };
    return { ...numbers, program: basename(file), words: words.split("\0"), folder, network };
  } catch {
    return undefined;
  }
}
