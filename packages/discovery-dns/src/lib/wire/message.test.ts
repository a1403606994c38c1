import { describe, expect, it } from 'vitest';
import { DnsError } from '../dns-error.ts';
import { a, aaaa, cname, encodeAnswer, type FakeAnswer, soa, srv } from '../testing/fake-records.ts';
import { decodeMessage } from './message.ts';

const QUERY = { id: 7, name: 'a.test', type: 1 };
const decode = (answer: FakeAnswer) => decodeMessage(encodeAnswer(QUERY, answer));

/** A header with these counts, followed by the bytes. */
function message(counts: readonly [number, number, number, number], ...rest: readonly number[]): Buffer {
  return Buffer.from([0, 7, 0x81, 0x80, ...counts.flatMap((count) => [0, count]), ...rest]);
}

describe('decodeMessage', () => {
  it('reads all records that are understood', () => {
    const { id, isResponse, code, question, answers, authorities, additionals } = decode({
      answers: [cname('a.test', 'b.test', 9), a('b.test', '10.0.0.1', 5)],
      authorities: [soa('test', 30, 60)],
      additionals: [
        aaaa('b.test', 'fd00:0:0:0:0:0:0:1'),
        srv('_x._tcp.test', [1, 2, 8080], 'b.test'),
        srv('gone.test', [0, 0, 0], ''),
      ],
    });
    expect({ id, isResponse, code, question }).toEqual({
      id: 7,
      isResponse: true,
      code: 0,
      question: { name: 'a.test', type: 1 },
    });
    expect(answers).toEqual([
      { type: 'CNAME', name: 'a.test', ttl: 9, target: 'b.test' },
      { type: 'A', name: 'b.test', ttl: 5, address: '10.0.0.1' },
    ]);
    expect(authorities).toEqual([{ type: 'SOA', name: 'test', ttl: 60, minimumTtl: 30 }]);
    expect(additionals).toEqual([
      { type: 'AAAA', name: 'b.test', ttl: 0, address: 'fd00::1' },
      { type: 'SRV', name: '_x._tcp.test', ttl: 0, priority: 1, weight: 2, port: 8080, target: 'b.test' },
      { type: 'SRV', name: 'gone.test', ttl: 0, priority: 0, weight: 0, port: 0, target: '' },
    ]);
  });

  it('reads names in lower case and follows pointers', () => {
    // www.Example.COM asked; the answer's owner points to it, its CNAME is "x" before ".Example.COM".
    const name = [3, 119, 119, 119, 7, 69, 120, 97, 109, 112, 108, 101, 3, 67, 79, 77, 0];
    const record = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 120, 0xc0, 16];
    const { question, answers } = decodeMessage(message([1, 1, 0, 0], ...name, 0, 5, 0, 1, ...record));
    expect(question?.name).toBe('www.example.com');
    expect(answers).toEqual([{ type: 'CNAME', name: 'www.example.com', ttl: 60, target: 'x.example.com' }]);
  });

  it('escapes what no host name has, so that no two names look alike', () => {
    const { question } = decodeMessage(
      message([1, 0, 0, 0], 3, 97, 46, 98, 2, 0, 92, 1, 0xe9, 0, 0, 1, 0, 1),
    );
    expect(question?.name).toBe('a\\046b.\\000\\092.\\233');
  });

  it('skips records of other types and classes', () => {
    const txt = { name: 'a.test', type: 16, ttl: 1, data: Buffer.from('\x03abc', 'latin1') };
    expect(decode({ answers: [txt, a('a.test', '10.0.0.1')] }).answers).toHaveLength(1);
    const chaos = message([0, 1, 0, 0], 0, 0, 1, 0, 3, 0, 0, 0, 1, 0, 4, 10, 0, 0, 1);
    expect(decodeMessage(chaos).answers).toEqual([]);
  });

  it('knows no question of another class', () => {
    expect(decodeMessage(message([1, 0, 0, 0], 0, 0, 1, 0, 3)).question).toBeUndefined();
    expect(decodeMessage(message([1, 0, 0, 0], 0, 0, 1, 0, 1)).question).toEqual({ name: '', type: 1 });
  });

  it('joins the response code with the bits that EDNS adds', () => {
    // BADVERS is 16: 1 in the OPT record, 0 in the header.
    expect(
      decode({ additionals: [{ name: '', type: 41, ttl: 0x0100_0000, data: Buffer.alloc(0) }] }).code,
    ).toBe(16);
    expect(decode({ code: 3 }).code).toBe(3);
  });

  it('reads a TTL with the highest bit set as 0 (RFC 2181)', () => {
    expect(decode({ answers: [a('a.test', '10.0.0.1', 0x8000_0000)] }).answers[0]?.ttl).toBe(0);
    expect(decode({ answers: [a('a.test', '10.0.0.1', 0x7fff_ffff)] }).answers[0]?.ttl).toBe(0x7fff_ffff);
  });

  it('leaves the records of a truncated message alone', () => {
    const bytes = encodeAnswer(QUERY, { answers: [a('a.test', '10.0.0.1')], truncated: true });
    expect(decodeMessage(bytes.subarray(0, bytes.length - 3))).toMatchObject({
      isTruncated: true,
      answers: [],
    });
  });

  it('writes IPv6 in the one short spelling', () => {
    const addresses = ['2001:db8:0:0:1:0:0:1', '0:0:0:0:0:0:0:0', 'fe80:0:0:0:0:0:0:a'];
    const answers = addresses.map((address) => aaaa('a.test', address));
    expect(decode({ answers }).answers).toMatchObject([
      { address: '2001:db8::1:0:0:1' },
      { address: '::' },
      { address: 'fe80::a' },
    ]);
  });
});

describe('decodeMessage refuses', () => {
  const WHOLE = encodeAnswer(QUERY, {
    answers: [cname('a.test', 'b.test'), srv('x.test', [1, 2, 3], 'y.test'), a('b.test', '10.0.0.1')],
    authorities: [soa('test', 30)],
  });

  it('every message that is cut short', () => {
    expect(decodeMessage(WHOLE).answers).toHaveLength(3);
    for (let length = 0; length < WHOLE.length; length++) {
      expect(() => decodeMessage(WHOLE.subarray(0, length))).toThrow(DnsError);
    }
  });

  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['a name that points to itself', message([1, 0, 0, 0], 0xc0, 12, 0, 1, 0, 1), 'to itself or forward'],
    ['a name that points forward', message([1, 0, 0, 0], 0xc0, 14, 0, 0, 1, 0, 1), 'to itself or forward'],
    [
      'two names that point to each other',
      message([1, 1, 0, 0], 1, 97, 0xc0, 18, 0, 1, 1, 98, 0xc0, 12),
      'to itself or forward',
    ],
    [
      'a label that leads back into its own name',
      message([1, 0, 0, 0], 1, 97, 0xc0, 12),
      'itself or forward',
    ],
    ['a label of an unknown type', message([1, 0, 0, 0], 0x41, 0, 0, 1, 0, 1), 'unknown type'],
    [
      'a name of 256 bytes',
      message([1, 0, 0, 0], ...Array.from({ length: 4 }, () => [63, ...Array(63).fill(97)]).flat(), 0),
      'too long',
    ],
    ['two questions', message([2, 0, 0, 0], 0, 0, 1, 0, 1, 0, 0, 1, 0, 1), 'more than one question'],
    [
      'an A record of 5 bytes',
      message([0, 1, 0, 0], 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 5, 1, 2, 3, 4, 5),
      'address of 4 bytes',
    ],
    [
      'an AAAA record of 4 bytes',
      message([0, 1, 0, 0], 0, 0, 28, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4),
      'address of 16 bytes',
    ],
    [
      'a CNAME shorter than its record',
      message([0, 1, 0, 0], 0, 0, 5, 0, 1, 0, 0, 0, 1, 0, 4, 1, 97, 0, 0),
      'not as long as it says',
    ],
    [
      'an SRV record that ends in the next one',
      message([0, 1, 0, 0], 0, 0, 33, 0, 1, 0, 0, 0, 1, 0, 4, 0, 1, 0, 2, 0, 3, 0, 0),
      'not as long as it says',
    ],
    [
      'a record longer than the message',
      message([0, 1, 0, 0], 0, 0, 99, 0, 1, 0, 0, 0, 1, 0xff, 0xff),
      'longer than the message',
    ],
  ];
  it.each(cases)('%s', (_, bytes, what) => {
    expect(() => decodeMessage(bytes)).toThrow(what);
  });

  it('a chain of more pointers than a name can have labels', () => {
    const chain = (length: number): Buffer => {
      // Data of an unknown record at offset 23: the root, then pointers that each lead to the one before.
      const data = [0];
      for (let at = 23, index = 0; index < length; index++) {
        data.push(0xc0 | (at >> 8), at & 0xff);
        at = 24 + index * 2;
      }
      const last = 23 + data.length - 2;
      return message([0, 2, 0, 0], ...opaque(data), 0xc0 | (last >> 8), last & 0xff, ...opaque([]).slice(1));
    };
    expect(decodeMessage(chain(126)).answers).toEqual([]);
    expect(() => decodeMessage(chain(127))).toThrow('too many pointers');
  });
});

/** A record of unknown type with this data. */
function opaque(data: readonly number[]): number[] {
  return [0, 0, 99, 0, 1, 0, 0, 0, 1, data.length >> 8, data.length & 0xff, ...data];
}
