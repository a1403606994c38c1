import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { redisCacheDriver } from './driver.ts';

it('names the option that is wrong', () => {
  expect(() => redisCacheDriver({})).toThrow(/exactly one/);
  expect(() => redisCacheDriver({ url: 'redis://a', cluster: ['a:1'] })).toThrow(/exactly one/);
  expect(() => redisCacheDriver({ url: 'http://user:secret@a' })).toThrow(/redis:\/\//);
  expect(() => redisCacheDriver({ cluster: ['a'] })).toThrow(/cluster\[0\]/);
  expect(() => redisCacheDriver({ sentinel: { name: '', nodes: ['a:1'] } })).toThrow(/sentinel.name/);
  expect(() => redisCacheDriver({ url: 'redis://a', redis: { keyPrefix: 'x' } })).toThrow(/keyPrefix/);
  expect(() => redisCacheDriver({ url: 'redis://a', ping: 1 } as never)).toThrow(/pingMs/);
  const client = new Redis({ lazyConnect: true, keyPrefix: 'x:' });
  expect(() => redisCacheDriver({ client })).toThrow(/keyPrefix/);
  client.disconnect();
});

it('never shows a password', () => {
  expect(() => redisCacheDriver({ url: 'http://user:secret@a' })).not.toThrow(/secret/);
});
