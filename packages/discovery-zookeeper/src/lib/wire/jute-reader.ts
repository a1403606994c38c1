import { malformed } from '../zookeeper-error.ts';

/**
 * Reads one frame from front to back. Every method throws a {@link ZookeeperError} `malformed` when the bytes do not
 * suffice.
 */
export interface JuteReader {
  /** Bytes that are left. */
  readonly left: number;
  int(): number;
  long(): bigint;
  bool(): boolean;
  /** Not copied; empty where the server sent none. */
  buffer(): Buffer;
  string(): string;
  strings(): readonly string[];
}

/** Makes a reader of one frame, without the length before it. */
export function juteReader(bytes: Buffer): JuteReader {
  let offset = 0;

  const take = (count: number): number => {
    const start = offset;
    if (start + count > bytes.length) throw malformed('it ends too early');
    offset += count;
    return start;
  };

  const reader: JuteReader = {
    get left() {
      return bytes.length - offset;
    },
    int: () => bytes.readInt32BE(take(4)),
    long: () => bytes.readBigInt64BE(take(8)),
    bool: () => bytes.readUInt8(take(1)) !== 0,
    buffer() {
      const length = reader.int();
      // A length of -1 is how jute writes null.
      if (length < -1) throw malformed(`a field is ${length} bytes long`);
      const start = take(Math.max(0, length));
      return bytes.subarray(start, offset);
    },
    string: () => reader.buffer().toString('utf8'),
    strings() {
      const count = reader.int();
      // Each has at least its length, so a count beyond that is a lie not to allocate for.
      if (count < -1 || count * 4 > reader.left) throw malformed(`a list has ${count} items`);
      return Array.from({ length: Math.max(0, count) }, () => reader.string());
    },
  };
  return reader;
}
