/** Writes one frame from front to back, in jute, ZooKeeper's encoding: big-endian numbers, lengths before contents. */
export interface JuteWriter {
  int(value: number): JuteWriter;
  long(value: bigint): JuteWriter;
  bool(value: boolean): JuteWriter;
  buffer(value: Uint8Array): JuteWriter;
  string(value: string): JuteWriter;
  /** What was written, with its length before it. */
  frame(): Buffer;
}

/** Makes a writer of an empty frame. */
export function juteWriter(): JuteWriter {
  const parts: Uint8Array[] = [];
  let size = 0;

  const add = (part: Uint8Array): JuteWriter => {
    parts.push(part);
    size += part.length;
    return writer;
  };
  const int = (value: number): Buffer => {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value);
    return bytes;
  };

  const writer: JuteWriter = {
    int: (value) => add(int(value)),
    long(value) {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(value);
      return add(bytes);
    },
    bool: (value) => add(Uint8Array.of(value ? 1 : 0)),
    buffer(value) {
      add(int(value.length));
      return add(value);
    },
    string: (value) => writer.buffer(Buffer.from(value)),
    frame: () => Buffer.concat([int(size), ...parts]),
  };
  return writer;
}
