import { expect, it } from 'vitest';
import { encodeQuery } from './encode-query.ts';

const FIELDS = { id: 0x1234, name: 'ab.test', type: 33 };

it('writes a recursive query with one question', () => {
  const question = '02 6162 04 74657374 00 0021 0001';
  expect(encodeQuery({ ...FIELDS, edns: false }).toString('hex')).toBe(
    `1234 0100 0001 0000 0000 0000 ${question}`.replaceAll(' ', ''),
  );
});

it('offers to take 1,232 bytes with EDNS', () => {
  const bytes = encodeQuery({ ...FIELDS, edns: true });
  expect(bytes.readUInt16BE(10)).toBe(1);
  // Root, OPT, 1232, code and version 0, no flags, no data.
  expect(bytes.subarray(-11).toString('hex')).toBe('00 0029 04d0 00000000 0000'.replaceAll(' ', ''));
});
