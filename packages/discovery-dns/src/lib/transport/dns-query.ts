import { randomInt } from 'node:crypto';
import { encodeQuery, type QueryFields } from '../wire/encode-query.ts';
import { type DnsMessage, decodeMessage, type Question, RESPONSE_CODE } from '../wire/message.ts';
import { type QueryType, RECORD_TYPE } from '../wire/record.ts';

const HEADER_BYTES = 12;

/** One query on the wire, and the test that says which message answers it. */
export interface DnsQuery {
  readonly bytes: Buffer;
  readonly edns: boolean;
  /**
   * The message if it answers this query: same id, a response, same question. Undefined for all others, which may be late
   * answers or forgeries.
   *
   * @throws DnsError `malformed` when it has the id of this query and cannot be read
   */
  match(bytes: Buffer): DnsMessage | undefined;
}

/** Makes a query with an id that nobody can foresee (RFC 5452 §4.3). */
export function dnsQuery(name: string, type: QueryType, edns: boolean): DnsQuery {
  const fields: QueryFields = { id: randomInt(0x1_0000), name, type: RECORD_TYPE[type], edns };
  return {
    bytes: encodeQuery(fields),
    edns,
    match(bytes) {
      if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== fields.id) return undefined;
      const message = decodeMessage(bytes);
      return message.isResponse && answersQuestion(message, fields) ? message : undefined;
    },
  };
}

function answersQuestion({ question, code }: DnsMessage, asked: Question): boolean {
  // A server that cannot read a query may not be able to repeat its question. No answer of substance comes without.
  if (question === undefined) return code !== RESPONSE_CODE.noError && code !== RESPONSE_CODE.noName;
  return question.name === asked.name && question.type === asked.type;
}
