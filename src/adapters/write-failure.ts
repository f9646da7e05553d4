import { RefusalError, type Refusal } from "../model/refusal.ts";
import { codeOf } from "./disk.ts";
import { displayPath } from "./yaml-files.ts";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const FORBIDDEN = new Set(["EACCES", "EPERM", "EROFS"]);

/**
 * What the system said about writing, as a refusal; whatever is none of the system's is given back as it is.
 * @param path what was to be written
 * @param left what is there now, for people
 */
export function toWriteRefusal(error: unknown, path: string, left = "nothing was written"): unknown {
  const code = codeOf(error);
  if (error instanceof RefusalError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const place = { file: displayPath(path) };
  return new RefusalError([{ place, ...describe(code, error instanceof Error ? error.message : code, left) }]);
}

function describe(code: string, message: string, left: string): Omit<Refusal, "place"> {
  if (FULL.has(code)) {
    const found = `no room to write (${code})`;
    return { code: "disk-full", found, expected: "room for it", action: `make room, then type it again; ${left}` };
  }
  if (FORBIDDEN.has(code)) {
    return {
      code: "file-not-writable",
      found: `a file or folder that may not be written (${code})`,
      expected: "the stack file, its folder, statements/ and .lockstep/ writable",
      action: `look at their permissions, then type it again; ${left}`,
    };
  }
  return {
    code: "not-written",
    found: message,
    expected: "files that can be written",
    action: `look at the disk; ${left}`,
  };
}
