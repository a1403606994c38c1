import { MORE, type Peeked, refused } from '../connection/peek.ts';

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEAD = 5;
const MESSAGE_HEAD = 4;
const MAX_RECORD = 16_384;
const SERVER_NAME = 0;
const HOST_NAME = 0;

/** The longest ClientHello that is read; those with post-quantum keys have about 2,000 bytes. */
const MAX_HELLO = 16_384;

const NOT_TLS = refused('the connection does not begin with a TLS ClientHello');
const MALFORMED = refused('the TLS ClientHello is malformed');

/** The name that a TLS client asks for, in lower case; undefined when it asks for none. */
export interface ClientHello {
  readonly serverName: string | undefined;
}

/**
 * Reads the server name of a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), which may be spread over several records.
 * Consumes nothing: all of it is the endpoint's to read.
 *
 * @param bytes all that has been received so far
 */
export function parseClientHello(bytes: Buffer): Peeked<ClientHello> {
  const records: Buffer[] = [];
  let have = 0;
  let want = MESSAGE_HEAD;
  for (let at = 0; have < want; ) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE_RECORD) return NOT_TLS;
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return NOT_TLS;
    if (at + RECORD_HEAD > bytes.length) return MORE;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > MAX_RECORD) return MALFORMED;
    const part = bytes.subarray(at + RECORD_HEAD, at + RECORD_HEAD + length);
    records.push(part);
    have += part.length;
    if (have >= MESSAGE_HEAD && want === MESSAGE_HEAD) {
      const head = Buffer.concat(records);
      if (head[0] !== CLIENT_HELLO) return NOT_TLS;
      want += head.readUIntBE(1, 3);
      if (want > MAX_HELLO) return refused(`the TLS ClientHello is longer than ${MAX_HELLO} bytes`);
    }
    if (have < want && part.length < length) return MORE;
    at += RECORD_HEAD + length;
  }
  const message = Buffer.concat(records).subarray(MESSAGE_HEAD, want);
  const value = readHello(new Cursor(message));
  return value === undefined ? MALFORMED : { state: 'done', value, length: 0 };
}

function readHello(hello: Cursor): ClientHello | undefined {
  const fixed = hello.skip(2 + 32) && hello.vector(1) && hello.vector(2) && hello.vector(1);
  if (!fixed) return undefined;
  if (hello.done) return { serverName: undefined };
  const extensions = hello.vector(2);
  if (extensions === undefined || !hello.done) return undefined;
  while (!extensions.done) {
    const type = extensions.integer(2);
    const extension = extensions.vector(2);
    if (type === undefined || extension === undefined) return undefined;
    if (type === SERVER_NAME) return readServerName(extension);
  }
  return { serverName: undefined };
}

function readServerName(extension: Cursor): ClientHello | undefined {
  const names = extension.vector(2);
  const type = names?.integer(1);
  const name = names?.vector(2);
  if (name === undefined || type !== HOST_NAME || names?.done !== true || !extension.done) return undefined;
  const text = name.text();
  return /^[\w-]+(?:\.[\w-]+)*$/.test(text) ? { serverName: text.toLowerCase() } : undefined;
}

/** Reads numbers and vectors with a length in front; undefined for what reaches beyond the end. */
class Cursor {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  skip(count: number): boolean {
    this.at += count;
    return this.at <= this.bytes.length;
  }

  integer(size: 1 | 2): number | undefined {
    if (this.at + size > this.bytes.length) return undefined;
    const value = this.bytes.readUIntBE(this.at, size);
    this.at += size;
    return value;
  }

  vector(size: 1 | 2): Cursor | undefined {
    const length = this.integer(size);
    if (length === undefined || this.at + length > this.bytes.length) return undefined;
    const inner = new Cursor(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return inner;
  }

  text(): string {
    return this.bytes.toString('latin1');
  }
}
