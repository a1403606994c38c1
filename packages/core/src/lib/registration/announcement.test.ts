import { expect, it } from 'vitest';
import { InvalidOptionsError } from '../errors.ts';
import { announcedEndpoint } from './announcement.ts';

it('makes a whole endpoint, named by its address unless it has an id', () => {
  expect(announcedEndpoint({ address: '[::1]:80', version: '1' })).toEqual({
    id: '[::1]:80',
    host: '::1',
    port: 80,
    weight: 1,
    priority: 0,
    metadata: {},
  });
  expect(announcedEndpoint({ host: 'a', port: 1, id: 'x'.repeat(512) }).id).toHaveLength(512);
});

it.each([
  [{}, 'endpoint.host'],
  [{ address: 'a' }, 'endpoint'],
  [{ address: 'a:1', weight: -1 }, 'endpoint.weight'],
  [{ address: 'a:1', priority: 1.5 }, 'endpoint.priority'],
  [{ address: 'a:1', id: '' }, 'id'],
  [{ address: 'a:1', id: 'a\nb' }, 'id'],
  [{ address: 'a:1', id: 'x'.repeat(513) }, 'id'],
  [{ address: 'a:1', id: 7 as never }, 'id'],
])('refuses %j', (options, field) => {
  expect(() => announcedEndpoint(options)).toThrow(InvalidOptionsError);
  expect(() => announcedEndpoint(options)).toThrow(`${field}: got`);
});
