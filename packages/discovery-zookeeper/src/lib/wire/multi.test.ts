import { describe, expect, it } from 'vitest';
import { writeStat } from '../testing/fake-zookeeper.ts';
import { OPEN_ACL } from './acl.ts';
import { juteReader } from './jute-reader.ts';
import { type JuteWriter, juteWriter } from './jute-writer.ts';
import { multi } from './multi.ts';
import { create, encodeRequest, OPERATION, remove, setData } from './request.ts';

const data = Buffer.from('x');
const CHANGES = [
  setData('/a', data, 1),
  remove('/a', 2),
  create('/a', { data, acl: OPEN_ACL, ephemeral: true }),
];

function read(write: (writer: JuteWriter) => JuteWriter): void {
  multi(CHANGES).read(juteReader(write(juteWriter()).frame().subarray(4)));
}

/** A header, and for a type of -1 an error. */
const result = (writer: JuteWriter, type: number, code: number): JuteWriter => {
  writer.int(type).bool(false).int(code);
  return type === -1 ? writer.int(code) : writer;
};
const end = (writer: JuteWriter): JuteWriter => writer.int(-1).bool(true).int(-1);

describe('multi', () => {
  it('writes each change behind its own header', () => {
    const frame = encodeRequest(1, multi([remove('/a', 2)])).toString('hex');
    expect(frame).toBe(
      [
        '00000024',
        '00000001',
        '0000000e',
        '0000000200ffffffff',
        '000000022f6100000002',
        'ffffffff01ffffffff',
      ].join(''),
    );
  });

  it('reads the results of all', () => {
    read((writer) => {
      result(writer, OPERATION.setData, 0);
      writeStat(writer);
      result(writer, OPERATION.delete, 0);
      return end(result(writer, OPERATION.create, 0).string('/a'));
    });
  });

  it('throws the error of the change that failed, not that of one before or after it', () => {
    const failing = (): void =>
      read((writer) => end(result(result(result(writer, -1, 0), -1, -103), -1, -2)));
    expect(failing).toThrow('delete /a: the node has changed (code -103)');
  });

  it.each<[string, (writer: JuteWriter) => JuteWriter]>([
    ['a result of another type', (writer) => end(result(writer, OPERATION.create, 0).string('/a'))],
    ['more results than changes', (writer) => [1, 2, 3, 4].reduce((to) => result(to, -1, 0), writer)],
    ['no end', (writer) => result(writer, -1, 0)],
  ])('refuses %s', (_, write) => {
    expect(() => read(write)).toThrow(expect.objectContaining({ reason: 'malformed' }));
  });
});
