import { describe, expect, it } from 'vitest';
import { a, cname, encodeAnswer, type FakeAnswer, soa } from '../testing/fake-records.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import { lookup } from './lookup.ts';

const { signal } = new AbortController();

async function look(script: Readonly<Record<string, FakeAnswer | Error>>, name = 'a.test') {
  const client = scriptedClient(script);
  const { records, ttl, negative } = await lookup(client, name, 'A', signal);
  const addresses = records.map((record) => 'address' in record && record.address);
  return { addresses, ttl, reason: negative?.reason, message: negative?.message, asked: client.asked };
}

describe('lookup', () => {
  it('takes the records of the name and leaves what was not asked for', async () => {
    const answers = [a('a.test', '10.0.0.1', 9), a('b.test', '6.6.6.6', 1), a('a.test', '10.0.0.2', 7)];
    expect(await look({ 'A a.test': { answers } })).toMatchObject({
      addresses: ['10.0.0.1', '10.0.0.2'],
      ttl: 7,
    });
  });

  it('follows aliases within an answer, in any order, and keeps the least TTL', async () => {
    const answers = [
      a('c.test', '10.0.0.1', 60),
      cname('b.test', 'c.test', 5),
      cname('a.test', 'b.test', 30),
    ];
    expect(await look({ 'A a.test': { answers } })).toMatchObject({ addresses: ['10.0.0.1'], ttl: 5 });
  });

  it('asks for the end of a chain that the answer leaves open', async () => {
    const found = await look({
      'A a.test': { answers: [cname('a.test', 'b.test', 3)] },
      'A b.test': { answers: [a('b.test', '10.0.0.1', 60)] },
    });
    expect(found).toMatchObject({ addresses: ['10.0.0.1'], ttl: 3, asked: ['A a.test', 'A b.test'] });
  });

  it('refuses a loop, within an answer and across answers', async () => {
    await expect(
      look({ 'A a.test': { answers: [cname('a.test', 'b.test'), cname('b.test', 'a.test')] } }),
    ).rejects.toMatchObject({ reason: 'malformed', message: 'a.test: its aliases form a loop at a.test' });
    await expect(
      look({
        'A a.test': { answers: [cname('a.test', 'b.test')] },
        'A b.test': { answers: [cname('b.test', 'a.test')] },
      }),
    ).rejects.toThrow('loop at a.test');
    await expect(look({ 'A a.test': { answers: [cname('a.test', 'a.test')] } })).rejects.toThrow('loop');
  });

  it('refuses a chain without an end', async () => {
    const script = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `A n${index}.test`,
        { answers: [cname(`n${index}.test`, `n${index + 1}.test`)] },
      ]),
    );
    await expect(look(script, 'n0.test')).rejects.toThrow('n0.test: it has more than 16 aliases');
  });

  it.each(['-oproxy.test', 'a b.test', 'a/b.test', '<script>.test'])(
    'refuses an alias of %j, which is no host name',
    async (target) => {
      await expect(look({ 'A a.test': { answers: [cname('a.test', target)] } })).rejects.toThrow(
        'a.test is an alias of an invalid name',
      );
    },
  );

  it('tells "no such name" from "no such record", and how long that may be believed', async () => {
    expect(await look({ 'A a.test': { code: 3, authorities: [soa('test', 30, 900)] } })).toMatchObject({
      addresses: [],
      reason: 'noName',
      message: 'A a.test: there is no such name',
      ttl: 30,
    });
    expect(await look({ 'A a.test': { authorities: [soa('test', 900, 20)] } })).toMatchObject({
      reason: 'noData',
      message: 'A a.test: there is no such record',
      ttl: 20,
    });
    expect(await look({ 'A a.test': {} })).toMatchObject({ reason: 'noData', ttl: 0 });
  });

  it('takes the end of an alias for negative when the server says so', async () => {
    const answers = [cname('a.test', 'b.test', 5)];
    expect(await look({ 'A a.test': { answers, code: 3 } })).toMatchObject({ reason: 'noName', ttl: 0 });
    const authorities = [soa('test', 30)];
    const found = await look({ 'A a.test': { answers, authorities } });
    expect(found).toMatchObject({ reason: 'noData', ttl: 5, asked: ['A a.test'] });
  });

  it('passes on that no server answers', async () => {
    await expect(look({})).rejects.toMatchObject({ reason: 'serverFailure' });
  });

  it('reads what was asked for in whatever case the server writes it', async () => {
    const bytes = encodeAnswer({ id: 1, name: 'A.Test', type: 1 }, { answers: [a('A.TEST', '10.0.0.1')] });
    expect(bytes.includes('A.TEST'.slice(2))).toBe(true);
    expect(await look({ 'A a.test': { answers: [a('A.TEST', '10.0.0.1')] } })).toMatchObject({
      addresses: ['10.0.0.1'],
    });
  });
});
