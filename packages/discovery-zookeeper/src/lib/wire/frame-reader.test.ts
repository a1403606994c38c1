import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZookeeperError } from '../zookeeper-error.ts';
import { frameReader, MAX_FRAME_BYTES } from './frame-reader.ts';
import { juteWriter } from './jute-writer.ts';

const lengthOf = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

describe('frameReader', () => {
  it('gives back the frames of a stream, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 }),
        (contents, sizes) => {
          const stream = Buffer.concat(
            contents.map((bytes) => Buffer.concat([lengthOf(bytes.length), bytes])),
          );
          const cut = frameReader();
          const frames: Buffer[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            frames.push(...cut(stream.subarray(at, at + size)));
            at += size;
          }
          expect(frames.map((frame) => [...frame])).toEqual(contents.map((bytes) => [...bytes]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the frames of one chunk at once', () => {
    const two = Buffer.concat([juteWriter().int(1).frame(), juteWriter().int(2).frame()]);
    expect(frameReader()(two).map((frame) => frame.readInt32BE())).toEqual([1, 2]);
  });

  it.each([-1, MAX_FRAME_BYTES + 1, 0x7f_ff_ff_ff])(
    'refuses a length of %i before its bytes come',
    (length) => {
      expect(() => frameReader()(lengthOf(length))).toThrow(ZookeeperError);
    },
  );

  it('refuses what another protocol says', () => {
    expect(() => frameReader()(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(
      /claims 1213486160 bytes/,
    );
  });

  it('takes the largest frame', () => {
    const cut = frameReader();
    expect(cut(lengthOf(MAX_FRAME_BYTES))).toEqual([]);
    for (let sent = 0; sent < MAX_FRAME_BYTES - 65_536; sent += 65_536) {
      expect(cut(Buffer.alloc(65_536))).toEqual([]);
    }
    expect(cut(Buffer.alloc(65_536)).map(({ length }) => length)).toEqual([MAX_FRAME_BYTES]);
  });
});
