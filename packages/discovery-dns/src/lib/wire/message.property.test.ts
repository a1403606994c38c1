import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DnsError } from '../dns-error.ts';
import { a, aaaa, cname, encodeAnswer, soa, srv } from '../testing/fake-records.ts';
import { encodeQuery } from './encode-query.ts';
import { decodeMessage } from './message.ts';

const VALID = encodeAnswer(
  { id: 1, name: '_http._tcp.a.test', type: 33 },
  {
    answers: [
      cname('_http._tcp.a.test', 'b.test'),
      srv('b.test', [1, 2, 80], 'c.test'),
      srv('b.test', [1, 2, 81], 'd.test'),
    ],
    authorities: [soa('test', 5)],
    additionals: [a('c.test', '10.0.0.1'), aaaa('d.test', 'fd00:0:0:0:0:0:0:1')],
  },
);

/** Fails when decoding throws anything but the one error it may throw. */
function survives(bytes: Buffer): void {
  try {
    decodeMessage(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DnsError);
    expect((error as DnsError).reason).toBe('malformed');
  }
}

describe('decodeMessage, whatever the bytes', () => {
  it('survives random messages', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => survives(Buffer.from(bytes))),
      { numRuns: 2_000 },
    );
  });

  it('survives a header that promises much, and names full of pointers', () => {
    const body = fc.array(fc.oneof(fc.constantFrom(0xc0, 0x00, 0x0c, 0x01, 0x3f, 0x21), fc.nat(255)), {
      maxLength: 600,
    });
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }), body, (counts, rest) =>
        survives(Buffer.from([0, 1, 0x81, 0x80, ...counts, ...rest])),
      ),
      { numRuns: 2_000 },
    );
  });

  it('survives valid messages with some bytes changed, cut or doubled', () => {
    const changes = fc.array(fc.tuple(fc.nat(VALID.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(changes, fc.nat(VALID.length), fc.boolean(), (edits, length, doubled) => {
        const bytes = Buffer.from(VALID);
        for (const [at, value] of edits) bytes[at] = value;
        const cut = bytes.subarray(0, length);
        survives(doubled ? Buffer.concat([cut, bytes]) : cut);
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads back each query that it writes', () => {
    const label = fc.stringMatching(/^[a-z0-9_](?:[a-z0-9_-]{0,20}[a-z0-9_])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.nat(65_535), name, fc.constantFrom(1, 28, 33), fc.boolean(), (id, asked, type, edns) => {
        const { isResponse, question, ...rest } = decodeMessage(encodeQuery({ id, name: asked, type, edns }));
        expect({ isResponse, question, id: rest.id }).toEqual({
          isResponse: false,
          question: { name: asked, type },
          id,
        });
      }),
    );
  });
});
