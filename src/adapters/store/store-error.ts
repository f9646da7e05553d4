import type { Refusal } from "../../model/refusal.ts";
import { displayPath } from "../yaml-files.ts";

/** Nothing can be kept: something else lies there, the folder may not be written, the disk is full. */
export class StoreError extends Error {
  readonly code = "store-not-writable";
  readonly folder: string;

  constructor(folder: string, cause: Error) {
    super(`${folder}: ${cause.message}`, { cause });
    this.name = "StoreError";
    this.folder = folder;
  }
}

export function refuseStore({ code, folder, cause }: StoreError): Refusal {
  return {
    code,
    place: { file: displayPath(folder), path: "LOCKSTEP_STORE" },
    found: cause instanceof Error ? cause.message : "it cannot be written",
    expected: "a folder in which content can be kept",
    action: "remove what is in the way, or name a folder that can be written with LOCKSTEP_STORE",
  };
}

/** What the file system says, as opposed to what a registry or a program does. */
export function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
