import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZookeeperError } from '../zookeeper-error.ts';
import { OPEN_ACL } from './acl.ts';
import { decodeConnect, encodeConnect } from './handshake.ts';
import { juteReader } from './jute-reader.ts';
import { juteWriter } from './jute-writer.ts';
import { multi } from './multi.ts';
import { decodeReply, readEvent } from './reply.ts';
import {
  addAuth,
  create,
  encodeRequest,
  getChildren,
  getData,
  type Request,
  remove,
  setData,
  stat,
  sync,
  watchTree,
} from './request.ts';

const data = Buffer.from('{}');
const REQUESTS: readonly Request<unknown>[] = [
  create('/a', { data, acl: OPEN_ACL, ephemeral: true }),
  remove('/a', 1),
  setData('/a', data, 1),
  stat('/a'),
  getData('/a'),
  getChildren('/a'),
  sync('/a'),
  watchTree('/a'),
  addAuth('u:p'),
  multi([remove('/a', 0), create('/a', { data, acl: OPEN_ACL, ephemeral: true }), setData('/a', data, 1)]),
];

/** Fails when reading throws anything but the errors it may throw. */
function survives(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ZookeeperError);
  }
}

/** Numbers that lengths and types are made of, more often than chance has them. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(
      fc.constantFrom([0, 0, 0, 0], [0, 0, 0, 1], [255, 255, 255, 255], [0, 0, 0, 14], [127, 255, 255, 255]),
      {
        maxLength: 40,
      },
    )
    .map((words) => Uint8Array.from(words.flat())),
);

describe('bytes of a server, whatever they are', () => {
  it('are read as a handshake, or refused', () => {
    fc.assert(
      fc.property(bytes, (raw) => survives(() => decodeConnect(Buffer.from(raw)))),
      { numRuns: 2_000 },
    );
  });

  it('are read as a reply or an event, or refused', () => {
    fc.assert(
      fc.property(bytes, (raw) => survives(() => readEvent(decodeReply(Buffer.from(raw)).body))),
      { numRuns: 2_000 },
    );
  });

  it.each(REQUESTS.map((request) => [request.what, request] as const))(
    'are read as the answer to "%s", or refused',
    (_, request) => {
      fc.assert(
        fc.property(bytes, (raw) => survives(() => request.read(juteReader(Buffer.from(raw))))),
        { numRuns: 1_000 },
      );
    },
  );
});

describe('jute', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.boolean(),
        fc.uint8Array({ maxLength: 40 }),
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        (int, long, bool, buffer, string) => {
          const frame = juteWriter().int(int).long(long).bool(bool).buffer(buffer).string(string).frame();
          expect(frame.readInt32BE()).toBe(frame.length - 4);
          const reader = juteReader(frame.subarray(4));
          expect([reader.int(), reader.long(), reader.bool()]).toEqual([int, long, bool]);
          expect([...reader.buffer()]).toEqual([...buffer]);
          expect(reader.string()).toBe(string);
          expect(reader.left).toBe(0);
        },
      ),
    );
  });

  it('reads null as nothing', () => {
    const reader = juteReader(juteWriter().int(-1).int(-1).frame().subarray(4));
    expect(reader.buffer()).toHaveLength(0);
    expect(reader.strings()).toEqual([]);
  });

  it('does not believe a list that is longer than its bytes', () => {
    const claim = juteWriter().int(1_000_000_000).int(0).frame().subarray(4);
    expect(() => juteReader(claim).strings()).toThrow(/a list has 1000000000 items/);
  });
});

// The layouts of `zookeeper.jute` of Apache ZooKeeper.
describe('requests', () => {
  it('are written as the protocol has them', () => {
    expect(encodeRequest(3, getData('/ab')).toString('hex')).toBe(
      ['00000010', '00000003', '00000004', '000000032f6162', '00'].join(''),
    );
    expect(encodeRequest(1, create('/a', { data, acl: OPEN_ACL, ephemeral: true })).toString('hex')).toBe(
      [
        '00000033',
        '00000001',
        '00000001',
        '000000022f61',
        '000000027b7d',
        '00000001',
        '0000001f',
        '00000005776f726c64',
        '00000006616e796f6e65',
        '00000001',
      ].join(''),
    );
  });

  it('begin a new session with zeros, and go on with an old one by its ticket', () => {
    const ticket = { id: 0x0102_0304_0506_0708n, password: Buffer.alloc(16, 5), timeoutMs: 1 };
    const head = ['0000002d', '00000000', '0000000000000000', '00002710'].join('');
    expect(encodeConnect(10_000, undefined).toString('hex')).toBe(
      `${head}${'00'.repeat(8)}00000010${'00'.repeat(16)}00`,
    );
    expect(encodeConnect(10_000, ticket).toString('hex')).toBe(
      `${head}010203040506070800000010${'05'.repeat(16)}00`,
    );
  });
});
