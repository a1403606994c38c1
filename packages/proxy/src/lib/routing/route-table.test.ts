import { describe, expect, it } from 'vitest';
import type { RouteOptions } from './route-options.ts';
import { routeTable } from './route-table.ts';

const clusters = new Set(['a', 'b']);

/** Routes named by their match, all to one cluster. */
function table(...matches: string[]) {
  const routes = matches.map((match): RouteOptions => {
    const slash = match.indexOf('/');
    return { match: { host: match.slice(0, slash), path: match.slice(slash) }, cluster: 'a' };
  });
  return routeTable(routes, clusters);
}

describe('paths', () => {
  const routes = table('*/api', '*/api/v2', '*/files/', '*/');

  it.each([
    ['/api', '*/api'],
    ['/api?x=/api/v2', '*/api'],
    ['/api/', '*/api'],
    ['/api/users/1', '*/api'],
    ['/apix', '*/'],
    ['/api/v2', '*/api/v2'],
    ['/api/v2/x/y', '*/api/v2'],
    ['/api/v20', '*/api'],
    ['/files', '*/'],
    ['/files/', '*/files/'],
    ['/files/a', '*/files/'],
    ['/', '*/'],
    ['/?q', '*/'],
    ['/API', '*/'],
    ['/%61pi', '*/'],
    ['/x/../api', '*/'],
  ])('%s goes to %s', (path, name) => {
    expect(routes.find('any.example', path)?.name).toBe(name);
  });

  it('finds nothing without a catch-all', () => {
    expect(table('*/api').find('h', '/apix')).toBeUndefined();
    expect(table('*/api').find('h', '/')).toBeUndefined();
  });

  it('costs no more than the longest prefix, however long the path', () => {
    const path = `/api${'/'.repeat(8_000)}`;
    expect(routes.find('h', path)?.name).toBe('*/api');
  });
});

describe('hosts', () => {
  const routes = table('api.example.com/', '*.example.com/', '*.eu.example.com/', '*/health', '[::1]/');

  it.each([
    ['api.example.com', '/x', 'api.example.com/'],
    ['www.example.com', '/x', '*.example.com/'],
    ['a.b.example.com', '/x', '*.example.com/'],
    ['a.eu.example.com', '/x', '*.eu.example.com/'],
    ['[::1]', '/x', '[::1]/'],
    ['other.org', '/health', '*/health'],
  ])('%s%s goes to %s', (host, path, name) => {
    expect(routes.find(host, path)?.name).toBe(name);
  });

  it('a wildcard does not match the name itself', () => {
    expect(routes.find('example.com', '/')).toBeUndefined();
  });

  it('a request without a host matches * alone', () => {
    expect(routes.find(undefined, '/health')?.name).toBe('*/health');
    expect(routes.find(undefined, '/')).toBeUndefined();
  });

  it('a host whose paths do not match leaves the request to the next', () => {
    const mixed = table('api.example.com/v2', '*.example.com/v1', '*/');
    expect(mixed.find('api.example.com', '/v1')?.name).toBe('*.example.com/v1');
    expect(mixed.find('api.example.com', '/v3')?.name).toBe('*/');
  });

  it('matches hosts whatever their case in the configuration', () => {
    expect(table('API.Example.COM/').find('api.example.com', '/')?.name).toBe('api.example.com/');
  });
});

describe('options', () => {
  it('carries the settings of a route in one object for all its requests', () => {
    const routes = routeTable(
      [
        { cluster: 'a', perTryTimeoutMs: 5 },
        { cluster: 'b', match: { path: '/b' } },
      ],
      clusters,
    );
    const first = routes.find('h', '/');
    expect(first?.settings).toMatchObject({ perTryTimeoutMs: 5 });
    expect(routes.find('h', '/x')?.settings).toBe(first?.settings);
    expect(routes.find('h', '/b')?.settings).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [undefined, 'routes: got undefined, expected a list of routes, at least 1'],
    [[], 'routes: got an array, expected a list of routes, at least 1'],
    [{ cluster: 'a' }, 'routes: got an object, expected a list of routes'],
    [[undefined], 'routes[0]: got undefined, expected an object with a cluster'],
  ])('refuses %j, which only plain JavaScript can pass', (routes, message) => {
    expect(() => routeTable(routes as RouteOptions[], clusters)).toThrow(message);
  });

  it.each<[RouteOptions[], string]>([
    [[{ cluster: 'c' }], 'routes[0].cluster: got "c", expected one of "a", "b"'],
    [
      [{ cluster: 'a', match: { path: 'api' } }],
      'routes[0].match.path: got "api", expected a path that starts with "/"',
    ],
    [[{ cluster: 'a', match: { path: '/a?b' } }], 'routes[0].match.path: got "/a?b"'],
    [
      [{ cluster: 'a', match: { host: 'a.b:80' } }],
      'routes[0].match.host: got "a.b:80", expected a host name without port',
    ],
    [[{ cluster: 'a', match: { host: 'a.*.b' } }], 'routes[0].match.host: got "a.*.b"'],
    [[{ cluster: 'a', match: { host: '' } }], 'routes[0].match.host: got ""'],
    [
      [{ cluster: 'a' }, { cluster: 'b' }],
      'routes[1].match: got "*/", expected a match that no earlier route has',
    ],
  ])('refuses %j', (routes, message) => {
    expect(() => routeTable(routes, clusters)).toThrow(message);
  });
});
