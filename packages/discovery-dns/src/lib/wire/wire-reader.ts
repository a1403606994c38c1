import { DnsError } from '../dns-error.ts';

const MAX_NAME_BYTES = 255;
/** A name has at most 127 labels, so more pointers than that are no compression but an attack on the reader's time. */
const MAX_POINTERS = 127;
const PLAIN_LABEL = /^[\w-]*$/;

/** Reads a message from front to back. Every method throws a {@link DnsError} `malformed` when the bytes do not suffice. */
export interface WireReader {
  readonly offset: number;
  readonly length: number;
  readUint8(): number;
  readUint16(): number;
  readUint32(): number;
  /** The next `length` bytes, not copied. */
  readBytes(length: number): Buffer;
  /** A name in lower case, without the final dot. Bytes that no host name has are escaped as `\ddd` (RFC 1035 §5.1). */
  readName(): string;
}

/** Makes a reader of one message. */
export function wireReader(bytes: Buffer): WireReader {
  let offset = 0;

  const take = (count: number): number => {
    const start = offset;
    if (start + count > bytes.length) throw malformed('it ends too early');
    offset += count;
    return start;
  };
  const byteAt = (at: number): number => {
    const byte = bytes[at];
    if (byte === undefined) throw malformed('a name goes beyond its end');
    return byte;
  };

  return {
    get offset() {
      return offset;
    },
    length: bytes.length,
    readUint8: () => bytes.readUInt8(take(1)),
    readUint16: () => bytes.readUInt16BE(take(2)),
    readUint32: () => bytes.readUInt32BE(take(4)),
    readBytes(length) {
      const start = take(length);
      return bytes.subarray(start, start + length);
    },
    readName() {
      const labels: string[] = [];
      let size = 1;
      let pointers = 0;
      let at = offset;
      // Where reading goes on after the name: behind the first pointer, if there is one.
      let end: number | undefined;
      // Each pointer must lead before the part that it ends, so that no chain of them is a loop.
      let partStart = at;
      for (;;) {
        const head = byteAt(at);
        if (head === 0) {
          offset = end ?? at + 1;
          return labels.join('.');
        }
        if (head >= 0xc0) {
          const target = ((head & 0x3f) << 8) | byteAt(at + 1);
          end ??= at + 2;
          if (target >= partStart) throw malformed('a name points to itself or forward');
          if (++pointers > MAX_POINTERS) throw malformed('a name has too many pointers');
          at = target;
          partStart = target;
        } else if (head >= 0x40) throw malformed('a name has a label of unknown type');
        else {
          size += head + 1;
          if (size > MAX_NAME_BYTES) throw malformed('a name is too long');
          byteAt(at + head);
          labels.push(showLabel(bytes.toString('latin1', at + 1, at + 1 + head)));
          at += head + 1;
        }
      }
    },
  };
}

/** An error about the message as a whole. */
export function malformed(what: string): DnsError {
  return new DnsError('malformed', `malformed DNS message: ${what}`);
}

function showLabel(label: string): string {
  if (PLAIN_LABEL.test(label)) return label.toLowerCase();
  return label
    .toLowerCase()
    .replace(/[^!-~]|[.\\]/g, (char) => `\\${char.charCodeAt(0).toString().padStart(3, '0')}`);
}
