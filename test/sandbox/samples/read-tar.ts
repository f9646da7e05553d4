import { once } from "node:events";
import { Parser, type ReadEntry } from "tar";

export interface TarEntry {
  readonly path: string;
  readonly mode: number | undefined;
  readonly modified: Date | undefined;
  readonly content: string;
}

/** Reads an archive, plain or in a gzip file, with a reader that is not ours. */
export async function readTar(archive: Uint8Array): Promise<readonly TarEntry[]> {
  const entries: Promise<TarEntry>[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      entries.push(readEntry(entry));
    },
  });
  const end = once(parser, "end");
  parser.end(Buffer.from(archive));
  await end;
  return Promise.all(entries);
}

async function readEntry(entry: ReadEntry): Promise<TarEntry> {
  const content = await entry.concat();
  return { path: entry.path, mode: entry.mode, modified: entry.mtime, content: content.toString() };
}
