import { describe, expect, it } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { parseRecord, rawEndpoint, writeRecord } from './endpoint-record.ts';

describe('a record', () => {
  it('says everything about an endpoint', () => {
    const endpoint = toEndpoint({
      host: '10.0.0.1',
      port: 80,
      weight: 3,
      priority: 1,
      zone: 'z',
      metadata: { k: 'v' },
    });
    const text = writeRecord(endpoint, { version: '1.2', tags: ['x', 'y'] });
    expect(JSON.parse(text)).toEqual({
      v: 1,
      host: '10.0.0.1',
      port: 80,
      weight: 3,
      priority: 1,
      zone: 'z',
      version: '1.2',
      tags: ['x', 'y'],
      meta: { k: 'v' },
    });
    expect(rawEndpoint(parseRecord(text), 'i')).toEqual({
      ...endpoint,
      id: 'i',
      metadata: { k: 'v', version: '1.2', tags: 'x,y' },
    });
  });

  it('leaves out what is the default', () => {
    expect(writeRecord(toEndpoint('a:1'))).toBe('{"v":1,"host":"a","port":1,"weight":1,"meta":{}}');
  });

  it('has defaults for what it does not say, and an id of its own only if it says one', () => {
    const read = { host: 'a', port: 1, weight: 1, priority: 0, metadata: {} };
    expect(rawEndpoint({ host: 'a', port: 1, zone: null, version: null, tags: [] })).toEqual(read);
    expect(rawEndpoint({ host: 'a', port: 1, id: 'own' })).toEqual({ ...read, id: 'own' });
    expect(rawEndpoint({ host: 'a', port: 1, id: 'own' }, 'given')).toEqual({ ...read, id: 'given' });
  });

  it('passes on what makes no sense, for the cluster to tell of', () => {
    const record = { host: 7, weight: -1, zone: 5, metadata: [1], version: 2 };
    expect(rawEndpoint(record, 'i')).toEqual({
      id: 'i',
      host: 7,
      port: undefined,
      weight: -1,
      priority: 0,
      zone: 5,
      metadata: { version: '2' },
    });
  });

  it.each([
    ['', /JSON/],
    ['10.0.0.1:80', /JSON/],
    ['null', 'it is no object'],
    ['[]', 'it is no object'],
  ])('is refused: %j', (text, message) => {
    expect(() => parseRecord(text)).toThrow(message);
  });
});
