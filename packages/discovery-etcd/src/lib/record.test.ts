import { describe, expect, it } from 'vitest';
import { readRecord } from './record.ts';

describe('a record', () => {
  it('has defaults for what it does not say', () => {
    expect(readRecord('i', '{"host":"a","port":1,"zone":null}')).toEqual({
      id: 'i',
      host: 'a',
      port: 1,
      weight: 1,
      priority: 0,
      metadata: {},
    });
  });

  it.each([
    ['{"Op":0,"Addr":"10.0.0.1:80","Metadata":null}', {}],
    ['{"Addr":"10.0.0.1:80"}', {}],
    ['{"Op":0,"Addr":"10.0.0.1:80","Metadata":{"a":"b","n":1.5,"t":true}}', { a: 'b', n: '1.5', t: 'true' }],
  ])('of gRPC naming is read: %s', (text, metadata) => {
    expect(readRecord('i', text)).toEqual({
      id: 'i',
      host: '10.0.0.1',
      port: 80,
      weight: 1,
      priority: 0,
      metadata,
    });
  });

  it.each([
    ['', /JSON/],
    ['null', 'it is no object'],
    ['[]', 'it is no object'],
    ['10.0.0.1:80', /JSON/],
    ['{"Op":1,"Addr":"10.0.0.1:80"}', 'its Op is 1'],
    ['{"Op":0,"Addr":"10.0.0.1"}', 'Addr: got "10.0.0.1"'],
    ['{"Op":0,"Addr":7}', 'Addr: got ""'],
    ['{"Op":0,"Addr":"a:70000"}', 'Addr: got "a:70000"'],
  ])('is refused: %s', (text, message) => {
    expect(() => readRecord('i', text)).toThrow(message);
  });
});
