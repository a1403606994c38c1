import * as z from 'zod';

/*
 * Every field carries, as its error message, what is allowed there: the message of a bad value is then always
 * "got …, expected …", whichever check failed.
 */

/** A number of milliseconds. */
export function ms(description: string, bounds: Bounds = {}): z.ZodNumber {
  return number(description, bounds);
}

/** A whole number of milliseconds that a timer can wait, as `node:http` wants it. */
export function wholeMs(description: string): z.ZodInt {
  return count(description, { max: 2 ** 31 - 1 });
}

/** A share from 0 to 1. */
export function ratio(description: string): z.ZodNumber {
  return number(description, { min: 0, max: 1 });
}

/** A whole number. */
export function count(description: string, { min = 0, max }: Bounds = {}): z.ZodInt {
  const error = `an integer ${range(min, max)}`;
  const schema = z.int({ error }).min(min, { error });
  return (max === undefined ? schema : schema.max(max, { error })).describe(description);
}

/** Any number in a range. */
export function number(description: string, { min = 0, max }: Bounds = {}): z.ZodNumber {
  const error = `a number ${range(min, max)}`;
  const schema = z.number({ error }).min(min, { error });
  return (max === undefined ? schema : schema.max(max, { error })).describe(description);
}

/** A string that is not empty. */
export function text(description: string, expected = 'a string that is not empty'): z.ZodString {
  return z.string({ error: expected }).min(1, { error: expected }).describe(description);
}

/** A string of a form. */
export function pattern(description: string, form: RegExp, expected: string): z.ZodString {
  // A further check of the same string would only say the same again.
  return z.string({ error: expected }).regex(form, { error: expected, abort: true }).describe(description);
}

/** True or false. */
export function flag(description: string): z.ZodBoolean {
  return z.boolean({ error: 'true or false' }).describe(description);
}

/** One of a few words. */
export function choice<const T extends readonly string[]>(
  description: string,
  words: T,
): z.ZodEnum<z.core.util.ToEnum<T[number]>> {
  return z
    .enum(words, { error: `one of ${words.map((word) => `"${word}"`).join(', ')}` })
    .describe(description);
}

/**
 * A list, of at least one unless told otherwise.
 *
 * @param of what is in it, in the plural
 */
export function list<T extends z.ZodType>(
  description: string,
  of: string,
  item: T,
  { min = 1 }: { min?: number } = {},
): z.ZodArray<T> {
  const error = min === 0 ? `a list of ${of}` : `a list of ${of}, at least ${min}`;
  return z.array(item, { error }).min(min, { error }).describe(description);
}

/**
 * Adds to a list that no two entries are the same. Looks at whatever the entries are, so that one that is wrong does not
 * hide two that are equal.
 *
 * @param keyOf what must differ; undefined for an entry that is never the same as another
 * @param expected what is allowed instead of what stands at the index already
 */
export function distinct<T extends z.ZodArray>(
  schema: T,
  keyOf: (entry: unknown) => string | undefined,
  expected: (index: number) => string,
): T {
  return schema.superRefine(
    (entries, context) => {
      const seen = new Map<string, number>();
      for (const [index, entry] of entries.entries()) {
        const key = keyOf(entry);
        if (key === undefined) continue;
        const other = seen.get(key);
        if (other === undefined) seen.set(key, index);
        else context.addIssue({ code: 'custom', path: [index], message: expected(other) });
      }
    },
    { when: ({ value }) => Array.isArray(value) },
  );
}

/** An object with these keys and no others. */
export function object<T extends z.core.$ZodLooseShape>(
  description: string,
  shape: T,
): z.ZodObject<T, z.core.$strict> {
  const keys = keyList(shape);
  return z
    .strictObject(shape, { error: keyAware(keys, `an object with ${keys || 'no keys'}`) })
    .describe(description);
}

/** An object with exactly one of these keys: the key says what kind it is. */
export function oneOf<T extends z.core.$ZodLooseShape>(
  description: string,
  shape: T,
): z.ZodObject<T, z.core.$strict> {
  const keys = keyList(shape);
  return z
    .strictObject(shape, { error: keyAware(keys, `an object with one of ${keys}`) })
    .refine((value) => Object.keys(value).length === 1, {
      error: `exactly one of ${keys}`,
      when: hasNoUnknownKey,
    })
    .describe(description)
    .meta({ minProperties: 1, maxProperties: 1 });
}

/** Adds to an object that it has exactly one of some of its keys. */
export function exactlyOne<T extends z.ZodObject>(
  schema: T,
  keys: readonly (keyof T['shape'] & string)[],
): T {
  return schema.refine((value) => keys.filter((key) => Object.hasOwn(value, key)).length === 1, {
    error: `exactly one of ${keys.join(', ')}`,
    when: hasNoUnknownKey,
  });
}

/** `false`, or what else the field takes. */
export function orOff<T extends z.ZodType>(schema: T): z.ZodUnion<[z.ZodLiteral<false>, T]> {
  return z.union([z.literal(false, { error: 'false' }), schema], { error: 'false or an object' });
}

/** An unknown key is probably the one that is missing, and has an issue of its own. */
function hasNoUnknownKey({ value, issues }: z.core.ParsePayload): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !issues.some(({ code, path = [] }) => code === 'unrecognized_keys' && path.length === 0)
  );
}

/** For an unknown key the message lists the known ones, for any other mistake it says what kind of value is allowed. */
function keyAware(keys: string, expected: string): (issue: { readonly code: string }) => string {
  return ({ code }) => (code === 'unrecognized_keys' ? keys : expected);
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function range(min: number, max: number | undefined): string {
  return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
}

function keyList(shape: object): string {
  return Object.keys(shape).join(', ');
}
