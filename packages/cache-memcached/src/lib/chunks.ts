import { randomBytes } from 'node:crypto';

/** Marks an item that only says where the parts of its value are. */
export const IN_PARTS = 'f1';

/** A value that is too long for one item. */
export interface Parts {
  /** The item under the key itself. */
  readonly manifest: Buffer;
  readonly parts: readonly { readonly key: string; readonly bytes: Buffer }[];
}

/** Cuts a value. Its parts have names of their own each time, so that old and new ones are never mixed. */
export function cut(key: string, value: Buffer, itemBytes: number): Parts {
  const version = randomBytes(9).toString('base64url');
  const parts: { key: string; bytes: Buffer }[] = [];
  for (let start = 0; start < value.length; start += itemBytes) {
    parts.push({ key: partKey(key, version, parts.length), bytes: value.subarray(start, start + itemBytes) });
  }
  return { manifest: Buffer.from(`${version} ${parts.length} ${value.length}`), parts };
}

/** The keys of the parts that a manifest names, and the length of all together; undefined when it makes no sense. */
export function partsOf(
  key: string,
  manifest: Buffer,
): { keys: readonly string[]; bytes: number } | undefined {
  const [, version, count, bytes] =
    /^([\w-]{12}) (\d{1,4}) (\d{1,10})$/.exec(manifest.toString('latin1')) ?? [];
  if (version === undefined) return undefined;
  const keys = Array.from({ length: Number(count) }, (_, index) => partKey(key, version, index));
  return { keys, bytes: Number(bytes) };
}

function partKey(key: string, version: string, index: number): string {
  return `${key}#${version}.${index}`;
}
