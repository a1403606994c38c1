import { promisify } from 'node:util';
import { crc32, zstdCompress, zstdDecompress } from 'node:zlib';
import type { StoredResponse } from './stored-response.ts';

/** A response with what has to be unchanged for it to be valid. */
export interface StoredEntry {
  readonly response: StoredResponse;
  /** Generations of all that contains the URL, in the order of {@link resourceKeys}. */
  readonly generations: readonly string[];
  /** Generations of its tags, in their order. */
  readonly tagGenerations: readonly string[];
}

/** When bodies are compressed in the shared store. */
export interface CompressionPolicy {
  readonly minBytes: number;
}

const MAGIC = 0x45_4b_43_01;
const HEAD_BYTES = 12;
const PLAIN = 0;
const ZSTD = 1;
const COMPRESSIBLE = /^(?:text\/|application\/(?:[^;]*\+)?(?:json|xml|javascript)|image\/svg\+xml)/i;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Bytes of an entry: magic, checksum of the rest, length and JSON of all but the body, encoding, body. */
export async function encodeEntry(entry: StoredEntry, compression?: CompressionPolicy): Promise<Buffer> {
  const { body, ...head } = entry.response;
  const meta = Buffer.from(JSON.stringify({ ...head, g: entry.generations, t: entry.tagGenerations }));
  const packed = worthCompressing(entry.response, compression) ? await compress(body) : body;
  const smaller = packed.length < body.length;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + meta.length + 1 + (smaller ? packed : body).length);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(meta.length, 8);
  meta.copy(bytes, HEAD_BYTES);
  bytes[HEAD_BYTES + meta.length] = smaller ? ZSTD : PLAIN;
  (smaller ? packed : body).copy(bytes, HEAD_BYTES + meta.length + 1);
  bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/**
 * Reads what {@link encodeEntry} made.
 *
 * @param maxBytes the longest body to unpack
 * @returns undefined for anything else
 */
export async function decodeEntry(bytes: Buffer, maxBytes: number): Promise<StoredEntry | undefined> {
  if (bytes.length < HEAD_BYTES || bytes.readUInt32BE(0) !== MAGIC) return undefined;
  if (bytes.readUInt32BE(4) !== crc32(bytes.subarray(8))) return undefined;
  const start = HEAD_BYTES + bytes.readUInt32BE(8);
  try {
    const { g, t, ...head } = JSON.parse(bytes.toString('utf8', HEAD_BYTES, start));
    const kept = bytes.subarray(start + 1);
    const body = bytes[start] === ZSTD ? await decompress(kept, { maxOutputLength: maxBytes }) : kept;
    return { response: { ...head, body }, generations: g, tagGenerations: t };
  } catch {
    // The checksum was right, so another program wrote it: the caller counts it as corrupt.
    return undefined;
  }
}

function worthCompressing({ body, headers }: StoredResponse, compression?: CompressionPolicy): boolean {
  if (compression === undefined || body.length < compression.minBytes) return false;
  return (
    !Object.hasOwn(headers, 'content-encoding') && COMPRESSIBLE.test(String(headers['content-type'] ?? ''))
  );
}
