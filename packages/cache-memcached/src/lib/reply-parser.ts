/** One answer of the meta protocol. */
export interface Reply {
  /** `VA`, `EN`, `HD`, `NF`, `NS`, `EX`, or `ERROR`, `CLIENT_ERROR`, `SERVER_ERROR`. */
  readonly code: string;
  /** Flags as they came, such as `f1` and `O7`; the text of an error. */
  readonly flags: readonly string[];
  readonly value?: Buffer;
}

const CODES = /^(?:HD|EN|NF|NS|EX|MN|ERROR|CLIENT_ERROR .*|SERVER_ERROR .*)$/;
const MAX_LINE_BYTES = 2_048;
const CRLF = Buffer.from('\r\n');

/** Cuts a stream of bytes into answers. */
export class ReplyParser {
  private readonly onReply: (reply: Reply) => void;
  private readonly maxValueBytes: number;
  private chunks: Buffer[] = [];
  private have = 0;
  private value: { readonly bytes: number; readonly flags: readonly string[] } | undefined;

  constructor(maxValueBytes: number, onReply: (reply: Reply) => void) {
    this.maxValueBytes = maxValueBytes;
    this.onReply = onReply;
  }

  /** @throws Error for bytes that are no answer: nothing after them can be trusted */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.have += chunk.length;
    while (this.value === undefined ? this.readLine() : this.readValue(this.value.bytes, this.value.flags));
  }

  private readLine(): boolean {
    if (this.have === 0) return false;
    const bytes = this.joined();
    const end = bytes.indexOf(CRLF);
    if (end === -1 ? bytes.length > MAX_LINE_BYTES : end > MAX_LINE_BYTES)
      throw new Error('a line without end');
    if (end === -1) return false;
    const line = bytes.toString('latin1', 0, end);
    this.keep(bytes.subarray(end + 2));
    const [code = '', ...flags] = line.split(' ');
    if (code === 'VA') {
      const size = flags.shift() ?? '';
      if (!/^\d{1,9}$/.test(size) || Number(size) > this.maxValueBytes)
        throw new Error(`a value of ${size} bytes`);
      this.value = { bytes: Number(size), flags };
    } else if (CODES.test(code.endsWith('_ERROR') ? line : code)) {
      this.onReply({ code, flags });
    } else {
      throw new Error(`no answer of the meta protocol: ${JSON.stringify(line.slice(0, 80))}`);
    }
    return true;
  }

  private readValue(length: number, flags: readonly string[]): boolean {
    if (this.have < length + 2) return false;
    const bytes = this.joined();
    if (bytes[length] !== 13 || bytes[length + 1] !== 10) throw new Error('a value that does not end');
    this.value = undefined;
    // A copy: the part of a socket's buffer would keep all of it.
    this.onReply({ code: 'VA', flags, value: Buffer.from(bytes.subarray(0, length)) });
    this.keep(bytes.subarray(length + 2));
    return true;
  }

  private joined(): Buffer {
    const [first = Buffer.alloc(0)] = this.chunks;
    return this.chunks.length === 1 ? first : Buffer.concat(this.chunks, this.have);
  }

  private keep(rest: Buffer): void {
    this.chunks = rest.length === 0 ? [] : [rest];
    this.have = rest.length;
  }
}
