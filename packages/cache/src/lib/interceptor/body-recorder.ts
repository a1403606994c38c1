import type { StoredResponse } from '../store/stored-response.ts';
import type { StoredHead } from './make-stored.ts';

/** Keeps a body on its way, as long as it is short enough to be stored. */
export class BodyRecorder {
  private readonly head: StoredHead;
  private readonly expected: string | undefined;
  private readonly maxBytes: number;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  /** @param expected the Content-Length, if there is one */
  constructor(head: StoredHead, expected: string | undefined, maxBytes: number) {
    this.head = head;
    this.expected = expected;
    this.maxBytes = maxBytes;
  }

  /** False once the body is too long: nothing of it is of use then. */
  add(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes) return false;
    this.chunks.push(chunk);
    return true;
  }

  /** The response as it can be stored; undefined when its body is not what its length said: RFC 9111 3.3. */
  finish(): Omit<StoredResponse, 'tags'> | undefined {
    if (this.expected !== undefined && this.expected !== `${this.bytes}`) return undefined;
    return { ...this.head, body: Buffer.concat(this.chunks) };
  }
}
