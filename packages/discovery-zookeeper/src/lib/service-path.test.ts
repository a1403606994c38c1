import { InvalidOptionsError } from '@evenkeel/core';
import { describe, expect, it } from 'vitest';
import { servicePath } from './service-path.ts';

describe('servicePath', () => {
  it.each([
    [{ service: 's' }, '/services', '/services/s', ['/services', '/services/s']],
    [{ base: '/', service: 's' }, '/', '/s', ['/s']],
    [{ base: '/a/b', service: 'x y:1' }, '/a/b', '/a/b/x y:1', ['/a', '/a/b', '/a/b/x y:1']],
  ])('places %j', (options, base, path, parents) => {
    expect(servicePath(options)).toEqual({ base, path, parents });
  });

  it.each([
    '',
    '/',
    'a/b',
    '.',
    '..',
    'a\nb',
    'a\u0000',
    'a\u007f',
    '\ue000',
    '\ufffe',
    '\ud800',
    'x'.repeat(256),
  ])('refuses service %j', (service) => {
    expect(() => servicePath({ service })).toThrow(InvalidOptionsError);
    expect(() => servicePath({ service })).toThrow(/^service: got .* without "\/" and control characters/);
  });

  it.each(['', 'services', '/services/', '//', '/a//b', '/a/../b', '/a\nb'])('refuses base %j', (base) => {
    expect(() => servicePath({ base, service: 's' })).toThrow(/^base: got .* an absolute path/);
  });
});
