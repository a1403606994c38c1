import { toEndpoint } from '@evenkeel/core';
import { describe, expect, it } from 'vitest';
import { readRecord, writeRecord } from './record.ts';

const endpoint = toEndpoint({
  address: '10.0.0.7:8080',
  id: 'a',
  weight: 3,
  priority: 1,
  zone: 'z',
  metadata: { k: 'v' },
});
const record = writeRecord(endpoint, {
  service: 'orders',
  version: '1.2',
  tags: ['x', 'y'],
  registeredAt: 5,
});

describe('writeRecord', () => {
  it('writes what Curator reads', () => {
    expect(JSON.parse(String(record.present))).toEqual({
      name: 'orders',
      id: 'a',
      address: '10.0.0.7',
      port: 8080,
      sslPort: null,
      payload: { weight: 3, priority: 1, zone: 'z', version: '1.2', tags: ['x', 'y'], meta: { k: 'v' } },
      registrationTimeUTC: 5,
      serviceType: 'DYNAMIC',
      uriSpec: null,
    });
    expect(JSON.parse(String(record.leaving))).toMatchObject({ id: 'a', enabled: false });
  });

  it('is read back whole, and as nobody once it leaves', () => {
    expect(readRecord('a', record.present)).toEqual({
      ...endpoint,
      metadata: { k: 'v', version: '1.2', tags: 'x,y' },
    });
    expect(readRecord('a', record.leaving)).toBeUndefined();
  });
});

describe('readRecord', () => {
  const read = (value: unknown) => readRecord('n', Buffer.from(JSON.stringify(value)));

  it('takes what Curator and Spring Cloud write', () => {
    expect(
      read({
        name: 's',
        id: 'other than the node',
        address: 'h',
        port: 80,
        sslPort: null,
        payload: {
          '@class': 'org.springframework.cloud.zookeeper.discovery.ZookeeperInstance',
          id: 's-1',
          name: 's',
          metadata: { zone: 'kept as it is' },
        },
        registrationTimeUTC: 1,
        serviceType: 'DYNAMIC',
        uriSpec: { parts: [{ value: 'scheme', variable: true }] },
        enabled: true,
      }),
    ).toEqual({
      id: 'n',
      host: 'h',
      port: 80,
      weight: 1,
      priority: 0,
      metadata: { zone: 'kept as it is' },
    });
  });

  it.each([
    [
      { address: 'h', port: 80 },
      { host: 'h', port: 80, weight: 1 },
    ],
    [{ address: 'h', sslPort: 443 }, { port: 443 }],
    [{ address: 'h', port: 80, sslPort: 443 }, { port: 80 }],
    [
      { address: 'h', port: 80, payload: 'text' },
      { weight: 1, metadata: {} },
    ],
    [{ address: 'h', port: 80, payload: ['x'] }, { weight: 1 }],
    [
      { address: 'h', port: 70_000, payload: { weight: -1 } },
      { port: 70_000, weight: -1 },
    ],
    [
      { address: 'h', port: 80, payload: { version: 3, tags: [], zone: null } },
      { metadata: { version: '3' } },
    ],
  ])('reads %j, and leaves judgement to the cluster', (value, wanted) => {
    expect(read(value)).toMatchObject(wanted);
  });

  it.each(['', '{', '[]', '"x"', 'null', '1', '\u0000\u0001'])('refuses %j', (text) => {
    expect(() => readRecord('n', Buffer.from(text))).toThrow(Error);
  });
});
