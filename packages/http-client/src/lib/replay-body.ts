import { Readable } from 'node:stream';
import type { DispatchBody, RequestBody } from './body.ts';

type Chunk = Uint8Array | string;
type Source = AsyncIterable<Chunk> | Iterable<Chunk>;

/**
 * A streamed body of which the beginning is kept, so that another attempt can send it again. Once more than the limit
 * was read, what the reader has passed is let go, and the body can be read to its end but not again.
 *
 * Attempts read one after the other: opening the body for the next one ends the reader before.
 */
export class ReplayBody implements RequestBody {
  replayable = true;
  private readonly source: Source;
  private readonly limit: number;
  private iterator: AsyncIterator<Chunk> | Iterator<Chunk> | undefined;
  private chunks: Chunk[] = [];
  private size = 0;
  private ended = false;
  private failure: { readonly error: unknown } | undefined;
  private pulling: Promise<void> | undefined;
  private reader = 0;
  private closed = false;

  /** @param limit bytes to keep */
  constructor(source: Source, limit: number) {
    this.source = source;
    this.limit = limit;
  }

  /** Two at a time only once all of it is here. */
  get shareable(): boolean {
    return this.replayable && this.ended;
  }

  open(): DispatchBody {
    const reader = ++this.reader;
    // A fresh iterable for each attempt, so that undici pulls at the pace of the socket and never ends the source itself.
    return { [Symbol.asyncIterator]: () => this.read(reader) } as unknown as DispatchBody;
  }

  failedWith(error: unknown): boolean {
    return this.failure !== undefined && this.failure.error === error;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.reader += 1;
    this.chunks = [];
    if (this.ended || this.iterator === undefined) return;
    if (this.source instanceof Readable) this.source.destroy();
    else Promise.resolve(this.iterator.return?.()).catch(() => {});
  }

  private async *read(reader: number): AsyncGenerator<Chunk, void, void> {
    const superseded = (): boolean => this.closed || (reader !== this.reader && !this.shareable);
    for (let next = 0; ; ) {
      if (superseded()) throw new Error('another attempt reads the body');
      const chunk = this.chunks[next];
      if (chunk !== undefined) {
        if (this.replayable) next += 1;
        else {
          this.chunks.splice(0, next + 1);
          next = 0;
        }
        yield chunk;
      } else if (this.failure !== undefined) throw this.failure.error;
      else if (this.ended) return;
      else {
        this.pulling ??= this.pull();
        await this.pulling;
      }
    }
  }

  /** Never rejects: the failure is kept for every reader. */
  private async pull(): Promise<void> {
    try {
      this.iterator ??= iterate(this.source);
      const { done, value } = await this.iterator.next();
      if (done === true) this.ended = true;
      else this.keep(value);
    } catch (error) {
      this.failure = { error };
      this.ended = true;
      this.replayable = false;
    } finally {
      this.pulling = undefined;
    }
  }

  private keep(chunk: Chunk): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size > this.limit) this.replayable = false;
  }
}

function iterate(source: Source): AsyncIterator<Chunk> | Iterator<Chunk> {
  // Ending one attempt's reader must not destroy the stream that the next one reads.
  if (source instanceof Readable) return source.iterator({ destroyOnReturn: false });
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
