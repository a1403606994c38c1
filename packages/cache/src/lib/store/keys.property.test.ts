import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeEntry, encodeEntry } from './entry-codec.ts';
import { DEFAULT_KEY_FIELDS, KeySpace } from './keys.ts';

const SPACE = new KeySpace('cache', 3, DEFAULT_KEY_FIELDS);
const text = fc.string({ unit: 'binary', maxLength: 30 });
const request = fc.record({
  origin: fc.constantFrom('http://a', 'http://a:8080', 'https://a', 'http://b'),
  method: fc.constantFrom('GET', 'OPTIONS'),
  path: text.map((path) => `/${path}`),
  headers: fc.dictionary(fc.constantFrom('host', 'x-forwarded-host', 'x-host', 'x-other'), text, {
    noNullPrototype: false,
  }),
});

/** What must be the same for two requests to share a key. */
function identity({ origin, method, path, headers }: ReturnType<typeof sample>): string {
  const host = headers.host?.toLowerCase() ?? new URL(origin).host;
  const hosts = ['x-forwarded-host', 'x-host'].map((name) => headers[name]?.toLowerCase());
  return JSON.stringify([origin, method, path, host, ...hosts]);
}
const sample = () =>
  fc.sample(request, 1)[0] as {
    origin: string;
    method: string;
    path: string;
    headers: Record<string, string>;
  };

it('gives two requests one key exactly when they ask for the same', () => {
  fc.assert(
    fc.property(request, request, (one, other) => {
      const same = SPACE.resource(one).index === SPACE.resource(other).index;
      expect(same).toBe(identity(one) === identity(other));
    }),
    { numRuns: 2_000 },
  );
});

it('remembers keys of no request for another one', () => {
  fc.assert(
    fc.property(request, fc.dictionary(fc.constantFrom('x-a', 'x-b'), text), (key, vary) => {
      const fresh = new KeySpace('cache', 3, DEFAULT_KEY_FIELDS);
      expect(SPACE.resource(key)).toEqual(fresh.resource(key));
      const { index } = fresh.resource(key);
      expect(SPACE.variant(index, ['x-a', 'x-b'], vary)).toBe(fresh.variant(index, ['x-a', 'x-b'], vary));
    }),
    { numRuns: 2_000 },
  );
});

it('makes keys of printable ASCII up to 200 characters, one slot for all keys of a URL', () => {
  const space = new KeySpace('p'.repeat(32), 3, DEFAULT_KEY_FIELDS);
  fc.assert(
    fc.property(request, fc.dictionary(fc.constantFrom('x-a', 'x-b'), text), (key, vary) => {
      const { index, lock, generations } = space.resource(key);
      const variant = space.variant(index, ['x-a', 'x-b'], vary);
      const own = [index, lock, variant, generations.at(-1) ?? ''];
      for (const name of [...own, ...generations, space.tag(key.path)])
        expect(name).toMatch(/^[!-~]{1,200}$/);
      expect(new Set(own.map((name) => /{(.*?)}/.exec(name)?.[1])).size).toBe(1);
    }),
  );
});

it('reads back every entry it wrote, and nothing that was changed in one place', async () => {
  const entry = fc.record({
    body: fc.uint8Array({ maxLength: 300 }),
    message: text,
    at: fc.nat(),
    change: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(entry, async ({ body, message, at, change }) => {
      const response = {
        statusCode: 200,
        statusMessage: message,
        headers: { 'content-type': 'text/plain' },
        vary: { 'x-a': null },
        cacheControlDirectives: { 'max-age': 60 },
        ...{ cachedAt: 1, staleAt: 2, deleteAt: 3, tags: ['a'] },
        body: Buffer.from(body),
      };
      const bytes = await encodeEntry(
        { response, generations: ['c1'], tagGenerations: ['c2'] },
        { minBytes: 10 },
      );
      const read = await decodeEntry(bytes, 1_000);
      expect(read).toEqual({ response, generations: ['c1'], tagGenerations: ['c2'] });
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ change;
      expect(await decodeEntry(bytes, 1_000)).toBeUndefined();
    }),
  );
});
