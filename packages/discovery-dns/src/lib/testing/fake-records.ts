import { encodeName } from '../wire/encode-query.ts';
import { RECORD_TYPE } from '../wire/record.ts';

/** A record as a fake server writes it. */
export interface FakeRecord {
  readonly name: string;
  readonly type: number;
  /** In seconds. */
  readonly ttl: number;
  readonly data: Buffer;
}

export function a(name: string, address: string, ttl = 0): FakeRecord {
  return { name, type: RECORD_TYPE.A, ttl, data: Buffer.from(address.split('.').map(Number)) };
}

/** @param groups the eight groups of the address, all written out */
export function aaaa(name: string, groups: string, ttl = 0): FakeRecord {
  const values = groups.split(':').map((group) => Number.parseInt(group, 16));
  return { name, type: RECORD_TYPE.AAAA, ttl, data: uint16s(values) };
}

export function cname(name: string, target: string, ttl = 0): FakeRecord {
  return { name, type: RECORD_TYPE.CNAME, ttl, data: encodeName(target) };
}

/** @param place priority, weight and port */
export function srv(
  name: string,
  place: readonly [number, number, number],
  target: string,
  ttl = 0,
): FakeRecord {
  return { name, type: RECORD_TYPE.SRV, ttl, data: Buffer.concat([uint16s(place), encodeName(target)]) };
}

export function soa(name: string, minimumTtl: number, ttl: number = minimumTtl): FakeRecord {
  const numbers = Buffer.alloc(20);
  numbers.writeUInt32BE(minimumTtl, 16);
  const data = Buffer.concat([encodeName('ns.example'), encodeName('admin.example'), numbers]);
  return { name, type: RECORD_TYPE.SOA, ttl, data };
}

/** What a fake server answers; everything but the records has the value of an honest answer. */
export interface FakeAnswer {
  readonly answers?: readonly FakeRecord[];
  readonly authorities?: readonly FakeRecord[];
  readonly additionals?: readonly FakeRecord[];
  readonly code?: number;
  readonly truncated?: boolean;
  readonly id?: number;
  /** Undefined repeats the query's; null leaves it out. */
  readonly question?: { readonly name: string; readonly type: number } | null;
}

/** Writes an answer. Owners equal to the question's name are written as a pointer to it. */
export function encodeAnswer(
  query: { readonly id: number; readonly name: string; readonly type: number },
  answer: FakeAnswer,
): Buffer {
  const { answers = [], authorities = [], additionals = [], code = 0, truncated = false } = answer;
  const question = answer.question === undefined ? query : answer.question;
  const flags = 0x8180 | (truncated ? 0x0200 : 0) | code;
  const counts = [question === null ? 0 : 1, answers.length, authorities.length, additionals.length];
  return Buffer.concat([
    uint16s([answer.id ?? query.id, flags, ...counts]),
    ...(question === null ? [] : [encodeName(question.name), uint16s([question.type, 1])]),
    ...[...answers, ...authorities, ...additionals].flatMap((record) => {
      const ttl = Buffer.alloc(4);
      ttl.writeUInt32BE(record.ttl);
      const owner = record.name === question?.name ? uint16s([0xc00c]) : encodeName(record.name);
      return [owner, uint16s([record.type, 1]), ttl, uint16s([record.data.length]), record.data];
    }),
  ]);
}

function uint16s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}
