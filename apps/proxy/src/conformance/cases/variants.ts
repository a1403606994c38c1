import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, reuse, steps } from './helpers.ts';

/** A pair of requests under a Vary, and whether the second one gets the answer to the first. */
const PAIRS: readonly (readonly [
  name: string,
  vary: readonly string[],
  first: readonly string[],
  second: readonly string[],
  same: boolean,
])[] = [
  ['the same value', ['Foo'], ['Foo: 1'], ['Foo: 1'], true],
  ['another value', ['Foo'], ['Foo: 1'], ['Foo: 2'], false],
  ['another case of the value', ['Foo'], ['Foo: a'], ['Foo: A'], false],
  ['another case of the name', ['fOO'], ['foo: 1'], ['FOO: 1'], true],
  ['present, then absent', ['Foo'], ['Foo: 1'], [], false],
  ['absent, then present', ['Foo'], [], ['Foo: 1'], false],
  ['absent twice', ['Foo'], [], [], true],
  ['absent, then empty', ['Foo'], [], ['Foo:'], false],
  ['spaces around the value', ['Foo'], ['Foo: 1'], ['Foo:   1  '], true],
  ['lines joined', ['Foo'], ['Foo: 1', 'Foo: 2'], ['Foo: 1, 2'], true],
  ['lines in another order', ['Foo'], ['Foo: 1', 'Foo: 2'], ['Foo: 2', 'Foo: 1'], false],
  ['a field that Vary does not name', ['Foo'], ['Foo: 1', 'Other: 1'], ['Foo: 1', 'Other: 2'], true],
  ['both of two', ['Foo, Bar'], ['Foo: 1', 'Bar: 1'], ['Foo: 1', 'Bar: 1'], true],
  ['one of two', ['Foo, Bar'], ['Foo: 1', 'Bar: 1'], ['Foo: 1', 'Bar: 2'], false],
  ['the other of two', ['Foo, Bar'], ['Foo: 1', 'Bar: 1'], ['Foo: 2', 'Bar: 1'], false],
  ['two in the other order', ['Bar, Foo'], ['Foo: 1', 'Bar: 2'], ['Bar: 2', 'Foo: 1'], true],
  ['values changed about', ['Foo, Bar'], ['Foo: 1', 'Bar: 2'], ['Foo: 2', 'Bar: 1'], false],
  ['two lines of Vary', ['Foo', 'Bar'], ['Foo: 1', 'Bar: 1'], ['Foo: 1', 'Bar: 2'], false],
  ['one of three absent', ['Foo, Bar, Baz'], ['Foo: 1', 'Bar: 1'], ['Foo: 1', 'Bar: 1', 'Baz: 1'], false],
  ['an empty Vary', [''], ['Foo: 1'], ['Foo: 2'], true],
  ['empty members', [', Foo,, '], ['Foo: 1'], ['Foo: 2'], false],
  ['a name that is none', ['Foo, "x"'], ['Foo: 1'], ['Foo: 1'], false],
  ['a name with a space', ['Foo Bar'], ['Foo: 1'], ['Foo: 1'], false],
  ['__proto__', ['__proto__'], ['__proto__: 1'], ['__proto__: 2'], false],
  ['constructor', ['constructor'], [], ['constructor: 1'], false],
  ['*', ['*'], ['Foo: 1'], ['Foo: 1'], false],
  ['* twice', ['*, *'], [], [], false],
  ['* in a second line', ['Foo', '*'], ['Foo: 1'], ['Foo: 1'], false],
  ['* after nothing', [', *'], [], [], false],
  ['* after an empty line', ['', '*'], [], [], false],
  ['* before a name', ['*, Foo'], ['Foo: 1'], ['Foo: 1'], false],
  ['* after a name', ['Foo, *'], ['Foo: 1'], ['Foo: 1'], false],
];

/** Variants: RFC 9111 §4.1. */
export const VARIANTS: readonly ConformanceCase[] = [
  ...PAIRS.map(([name, vary, first, second, same]) =>
    reuse(
      ['9111 §4.1', 'MUST', `Vary, ${name}: ${same ? 'the same response' : 'another one'}`],
      same,
      { fields: [FRESH, ...vary.map((line) => `Vary: ${line}`)] },
      { first: { fields: first }, second: { fields: second } },
    ),
  ),
  steps(['9111 §4.1', 'MAY', 'variants stand side by side, and none replaces another'], async (lab) => {
    lab.serve((request) => ({ fields: [FRESH, 'Vary: Foo'], body: `${request.value('foo')}` }));
    const values = ['1', '2', '3', '1', '2', '3'];
    for (const value of values) assert.equal((await lab.ask({ fields: [`Foo: ${value}`] })).body, value);
    assert.equal(lab.seen.length, 3);
  }),
  steps(
    ['9111 §4.1', 'MUST', 'the newest Vary of a URL does not let older variants answer wrongly'],
    async (lab) => {
      lab.serve((request) => ({
        fields: [FRESH, `Vary: ${request.value('mode') === 'a' ? 'Mode, Foo' : 'Mode'}`],
        body: `${request.value('mode')} ${request.value('foo')}`,
      }));
      const ask = async (mode: string, foo: string) =>
        (await lab.ask({ fields: [`Mode: ${mode}`, `Foo: ${foo}`] })).body;
      assert.equal(await ask('a', '1'), 'a 1');
      assert.equal(await ask('b', '1'), 'b 1');
      assert.equal(await ask('b', '2'), 'b 1');
      assert.equal(await ask('a', '2'), 'a 2');
      assert.equal(await ask('a', '1'), 'a 1');
    },
  ),
  steps(['9111 §4.1', 'SHOULD', 'of two that match the newer one answers'], async (lab) => {
    lab.serve({ fields: [FRESH, 'Vary: Foo'], body: 'older' });
    await lab.ask({ fields: ['Foo: 1'] });
    lab.advance(10);
    lab.serve({ fields: [FRESH], body: 'newer' });
    await lab.ask({ fields: ['Foo: 2'] });
    assert.equal((await lab.ask({ fields: ['Foo: 1'] })).body, 'newer');
  }),
  steps(
    ['9111 §4.1', 'MUST', 'a stale variant is validated by its own tag, not by that of another one'],
    async (lab) => {
      lab.serve((request) => ({ fields: [FRESH, 'Vary: Foo', `ETag: "${request.value('foo')}"`] }));
      for (const value of ['1', '2']) await lab.ask({ fields: [`Foo: ${value}`] });
      lab.advance(61);
      await lab.ask({ fields: ['Foo: 1'] });
      assert.equal(lab.seen.at(-1)?.value('if-none-match'), '"1"');
    },
  ),
  steps(
    ['9111 §4.1', 'MUST', 'the fields that select come from the request that was sent on, Host included'],
    async (lab) => {
      lab.serve((request) => ({ fields: [FRESH, 'Vary: Host'], body: `${request.value('host')}` }));
      for (const host of ['a.example', 'b.example', 'a.example'])
        assert.equal((await lab.ask({ host })).body, host);
      assert.equal(lab.seen.length, 2);
    },
  ),
];
