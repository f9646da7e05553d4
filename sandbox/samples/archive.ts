import { crc32 } from "node:zlib";
import { Header } from "tar";

export interface ArchiveFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable?: boolean;
}

const BLOCK = 512;

/**
 * A tar archive (POSIX ustar) that depends on nothing but its arguments: the package `tar` encodes the headers, but
 * packing files with it would carry the umask and the order of this machine's file system into the digest.
 * The files are written in the order of their paths' bytes.
 * @throws Error where a path is too long for ustar (100 bytes after a prefix of 155)
 */
export function tarOf(files: readonly ArchiveFile[], modified: Date): Buffer {
  const blocks = files.toSorted(byPath).flatMap(({ path, content, executable = false }) => {
    const header = Buffer.alloc(BLOCK);
    const needsExtension = new Header({
      path,
      type: "File",
      mode: executable ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      size: content.length,
      mtime: modified,
    }).encode(header);
    if (needsExtension) throw new Error(`${path} does not fit into a ustar header`);
    return [header, content, Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/**
 * A gzip file (RFC 1952) whose content is stored, not compressed (RFC 1951, 3.2.4): what a deflate implementation makes
 * of the same bytes differs between versions of Node and of zlib, even at level 0.
 */
export function gzipOf(content: Uint8Array): Buffer {
  const DEFLATE = 8;
  const UNKNOWN_SYSTEM = 255;
  const header = Buffer.from([0x1f, 0x8b, DEFLATE, 0, 0, 0, 0, 0, 0, UNKNOWN_SYSTEM]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, ...storedBlocks(content), trailer]);
}

function storedBlocks(content: Uint8Array): readonly Uint8Array[] {
  const MAX_LENGTH = 0xffff;
  const blocks: Uint8Array[] = [];
  for (let start = 0; start === 0 || start < content.length; start += MAX_LENGTH) {
    const part = content.subarray(start, start + MAX_LENGTH);
    const isLast = start + MAX_LENGTH >= content.length;
    const header = Buffer.alloc(5);
    header.writeUInt8(isLast ? 1 : 0, 0);
    header.writeUInt16LE(part.length, 1);
    header.writeUInt16LE(~part.length & 0xffff, 3);
    blocks.push(header, part);
  }
  return blocks;
}

function padding(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}

function byPath(left: ArchiveFile, right: ArchiveFile): number {
  return Buffer.compare(Buffer.from(left.path), Buffer.from(right.path));
}
