import { decodeRecord } from './decode-record.ts';
import type { DnsRecord } from './record.ts';
import { malformed, wireReader } from './wire-reader.ts';

/** Response codes that are told apart (RFC 1035 §4.1.1). */
export const RESPONSE_CODE = { noError: 0, formatError: 1, serverFailure: 2, noName: 3, refused: 5 } as const;

/** What a message asks, or what it is the answer to. */
export interface Question {
  /** In lower case, without the final dot. */
  readonly name: string;
  readonly type: number;
}

/** A decoded message. One that is truncated has no records: what is left of them would be half the truth. */
export interface DnsMessage {
  readonly id: number;
  /** Whether it is a response to a plain query. */
  readonly isResponse: boolean;
  readonly isTruncated: boolean;
  /** The response code, with the upper bits that EDNS adds. */
  readonly code: number;
  readonly question: Question | undefined;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

const CLASS_IN = 1;

/**
 * Reads a message as RFC 1035 §4 has it. Takes time in proportion to the bytes, whatever they are.
 *
 * @throws DnsError `malformed`, and nothing else
 */
export function decodeMessage(bytes: Buffer): DnsMessage {
  const reader = wireReader(bytes);
  const id = reader.readUint16();
  const flags = reader.readUint16();
  const questions = reader.readUint16();
  const counts = [reader.readUint16(), reader.readUint16(), reader.readUint16()] as const;
  if (questions > 1) throw malformed('it has more than one question');

  let question: Question | undefined;
  if (questions === 1) {
    const name = reader.readName();
    const type = reader.readUint16();
    if (reader.readUint16() === CLASS_IN) question = { name, type };
  }

  const isTruncated = (flags & 0x0200) !== 0;
  let code = flags & 0x000f;
  const readSection = (count: number): DnsRecord[] => {
    const records: DnsRecord[] = [];
    for (let left = isTruncated ? 0 : count; left > 0; left--) {
      const record = decodeRecord(reader);
      if (record?.type === 'OPT') code |= record.extendedCode << 4;
      else if (record !== undefined) records.push(record);
    }
    return records;
  };
  const answers = readSection(counts[0]);
  const authorities = readSection(counts[1]);
  const additionals = readSection(counts[2]);
  return {
    id,
    isResponse: (flags & 0xf800) === 0x8000,
    isTruncated,
    code,
    question,
    answers,
    authorities,
    additionals,
  };
}
