import type { DnsClient } from '../client.ts';
import { DnsError } from '../dns-error.ts';
import { decodeMessage } from '../wire/message.ts';
import { RECORD_TYPE } from '../wire/record.ts';
import { encodeAnswer, type FakeAnswer } from './fake-records.ts';

/** A client that has an answer for some queries, `A a.test` for one, and fails the others. */
export interface ScriptedClient extends DnsClient {
  readonly asked: readonly string[];
}

/** Makes a client without sockets. An error in the script is thrown. */
export function scriptedClient(script: Readonly<Record<string, FakeAnswer | Error>>): ScriptedClient {
  const asked: string[] = [];
  return {
    asked,
    async query(name, type) {
      const key = `${type} ${name}`;
      asked.push(key);
      const answer = script[key];
      if (answer === undefined) throw new DnsError('serverFailure', `${key} is not in the script`);
      if (answer instanceof Error) throw answer;
      return decodeMessage(encodeAnswer({ id: 1, name, type: RECORD_TYPE[type] }, answer));
    },
  };
}
