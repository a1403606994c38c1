import { malformed } from '../zookeeper-error.ts';

/** The largest answer that is read, in bytes: the names of some 80,000 endpoints. */
export const MAX_FRAME_BYTES = 4_194_304;

const LENGTH_BYTES = 4;

/**
 * Cuts a stream into frames, however its chunks are cut. No byte is copied twice.
 *
 * @returns a function that takes a chunk and gives the frames that it completes, without their lengths; it throws
 * ZookeeperError `malformed` for a length that no answer has
 */
export function frameReader(): (chunk: Buffer) => readonly Buffer[] {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = LENGTH_BYTES;

  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < needed) return [];
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const frames: Buffer[] = [];
    let offset = 0;
    needed = LENGTH_BYTES;
    while (bytes.length - offset >= LENGTH_BYTES) {
      const length = frameLength(bytes, offset);
      const end = offset + LENGTH_BYTES + length;
      if (end > bytes.length) {
        needed = LENGTH_BYTES + length;
        break;
      }
      frames.push(bytes.subarray(offset + LENGTH_BYTES, end));
      offset = end;
    }
    const rest = bytes.subarray(offset);
    chunks = rest.length === 0 ? [] : [rest];
    size = rest.length;
    return frames;
  };
}

function frameLength(bytes: Buffer, offset: number): number {
  const length = bytes.readInt32BE(offset);
  if (length < 0 || length > MAX_FRAME_BYTES) {
    throw malformed(`it claims ${length} bytes, and at most ${MAX_FRAME_BYTES} are read`);
  }
  return length;
}
