import { mkdir, realpath, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";

/**
 * Makes `link` lead to a program. A link that leads there already stays, and so does the program itself where it lies
 * in the link's place: in a shell with the sandbox's environment the program may have been found through this link.
 */
export async function linkProgram(link: string, program: string): Promise<void> {
  const target = await realpath(program);
  if ((await leadsTo(link)) === target) return;
  await mkdir(path.dirname(link), { recursive: true });
  // Under its own name only when it is complete: somebody's engine may start the program at any moment.
  const draft = `${link}.draft`;
  await rm(draft, { force: true });
  await symlink(target, draft);
  await rename(draft, link);
}

/** Undefined where it leads nowhere: missing, its target gone, or a link to itself. */
async function leadsTo(link: string): Promise<string | undefined> {
  return realpath(link).catch(() => undefined);
}
