import { describe, expect, it } from 'vitest';
import { a, aaaa, type FakeAnswer, soa } from '../testing/fake-records.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import type { AddressFamily } from './addresses.ts';
import { resolveAddresses } from './resolve-addresses.ts';

const { signal } = new AbortController();
const V4: FakeAnswer = { answers: [a('a.test', '10.0.0.2', 9), a('a.test', '10.0.0.1', 9)] };
const V6: FakeAnswer = { answers: [aaaa('a.test', 'fd00:0:0:0:0:0:0:1', 4)] };
const NO_DATA: FakeAnswer = { authorities: [soa('test', 30)] };

async function resolve(family: AddressFamily, script: Readonly<Record<string, FakeAnswer>>) {
  const client = scriptedClient(script);
  const answer = await resolveAddresses(client, 'a.test', 80, family, signal);
  return { ...answer, ids: answer.endpoints.map(({ id }) => id), asked: client.asked };
}

describe('resolveAddresses', () => {
  it('makes an endpoint with the configured port of each address, each once', async () => {
    const doubled: FakeAnswer = { answers: [...V4.answers!, a('a.test', '10.0.0.1', 9)] };
    const { endpoints } = await resolve('ipv4', { 'A a.test': doubled });
    expect(endpoints).toHaveLength(2);
    expect(endpoints).toContainEqual({
      id: '10.0.0.1:80',
      host: '10.0.0.1',
      port: 80,
      weight: 1,
      priority: 0,
      metadata: {},
    });
  });

  it('auto: takes IPv4, and asks for IPv6 only where there is none', async () => {
    const dual = { 'A a.test': V4, 'AAAA a.test': V6 };
    expect(await resolve('auto', dual)).toMatchObject({
      ids: ['10.0.0.2:80', '10.0.0.1:80'],
      ttl: 9,
      asked: ['A a.test'],
    });
    expect(await resolve('auto', { ...dual, 'A a.test': NO_DATA })).toMatchObject({
      ids: ['[fd00::1]:80'],
      ttl: 4,
    });
  });

  it('ipv6 and both: ask as told', async () => {
    const dual = { 'A a.test': V4, 'AAAA a.test': V6 };
    expect((await resolve('ipv6', dual)).ids).toEqual(['[fd00::1]:80']);
    const both = await resolve('both', dual);
    expect(both.ids.sort()).toEqual(['10.0.0.1:80', '10.0.0.2:80', '[fd00::1]:80']);
    expect(both.ttl).toBe(4);
    expect((await resolve('both', { ...dual, 'AAAA a.test': NO_DATA })).ttl).toBe(9);
  });

  it('is negative when no family has an address, and does not ask again for a name that does not exist', async () => {
    const none = await resolve('auto', {
      'A a.test': NO_DATA,
      'AAAA a.test': { authorities: [soa('test', 5)] },
    });
    expect(none).toMatchObject({ ids: [], negative: { reason: 'noData' }, ttl: 5 });
    const gone = await resolve('auto', { 'A a.test': { code: 3 } });
    expect(gone).toMatchObject({ ids: [], negative: { reason: 'noName' }, ttl: 0 });
    expect((await resolve('both', { 'A a.test': NO_DATA, 'AAAA a.test': NO_DATA })).negative).toBeDefined();
  });

  it('fails when one of two families cannot be resolved: half the truth is none', async () => {
    await expect(resolve('both', { 'A a.test': V4 })).rejects.toMatchObject({ reason: 'serverFailure' });
  });

  it('leaves out addresses that mean this host itself, and takes them alone for an error', async () => {
    const mixed = await resolve('ipv4', {
      'A a.test': { answers: [a('a.test', '0.0.0.0'), ...V4.answers!] },
    });
    expect(mixed).toMatchObject({
      ids: ['10.0.0.2:80', '10.0.0.1:80'],
      problems: ['0.0.0.0 is no address of an endpoint'],
    });
    const blocked = { 'AAAA a.test': { answers: [aaaa('a.test', '0:0:0:0:0:0:0:0')] } };
    await expect(resolve('ipv6', blocked)).rejects.toMatchObject({ reason: 'malformed' });
  });
});
