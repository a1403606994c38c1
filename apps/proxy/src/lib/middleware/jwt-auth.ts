import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidOptionsError } from '@evenkeel/core';
import { type JwtKeys, jwtAuth } from '@evenkeel/proxy/jwt-auth';
import * as z from 'zod';
import { within } from '../build/within.ts';
import { realm } from '../schema/auth.ts';
import { fieldName } from '../schema/field-name.ts';
import { exactlyOne, flag, list, ms, object, pattern, text } from '../schema/fields.ts';
import { middlewareDriver } from './driver.ts';

const keys = exactlyOne(
  object('Where the keys are that tokens are verified with.', {
    url: pattern(
      'A JSON Web Key Set over HTTP.',
      /^https?:\/\/[^/]/,
      'an http: or https: URL',
    ).exactOptional(),
    file: text('A file with a JSON Web Key Set; read again when it changes.').exactOptional(),
    publicKeyFile: text('A file with a public key or certificate in PEM.').exactOptional(),
    secret: text('What both sides know, of at least 32 bytes.').exactOptional(),
    maxAgeMs: ms('How long keys of a URL are used. Default 600000.', { min: 1 }).exactOptional(),
    timeoutMs: ms('How long fetching them may take. Default 5000.', { min: 1 }).exactOptional(),
    retryMs: ms('How long to wait after they could not be fetched. Default 1000.', {
      min: 1,
    }).exactOptional(),
    reloadMs: ms('How often a file is looked at, at most. Default 1000.', { min: 1 }).exactOptional(),
  }),
  ['url', 'file', 'publicKeyFile', 'secret'],
);

const oneOrMore = (description: string) =>
  z
    .union([text('One.'), list('Several.', 'texts', text('One of them.'))], {
      error: 'a text or a list of texts',
    })
    .describe(description);

/** Bearer tokens. */
export const jwtAuthDriver = middlewareDriver({
  schema: object('Asks for a JSON Web Token as bearer token.', {
    keys,
    algorithms: list(
      'Accepted. Default all that the keys can be for.',
      'algorithms',
      text('Such as ES256.'),
    ).exactOptional(),
    issuer: oneOrMore('Who must have issued a token. Default anybody.').exactOptional(),
    audience: oneOrMore('Whom a token must be for. Default anybody.').exactOptional(),
    requiredClaims: list('Claims that must be there. Default ["exp"].', 'claims', text('A claim.'), {
      min: 0,
    }).exactOptional(),
    clockToleranceMs: ms('How far clocks may differ. Default 0.').exactOptional(),
    claimHeaders: z
      .record(fieldName('A field.'), text('A claim.'), { error: 'an object of claims by field name' })
      .describe('Request fields that tell the upstream of claims. Default none.')
      .exactOptional(),
    forward: flag('Whether Authorization goes upstream. Default true.').exactOptional(),
    realm: realm.exactOptional(),
  }),
  build: ({ keys, ...config }, { baseDir, onError }) =>
    jwtAuth({
      ...config,
      keys: within(['keys'], () => keysOf(keys, baseDir)),
      onError: (error) => onError(new Error('jwtAuth: the keys cannot be read', { cause: error })),
    }),
});

/** @throws InvalidOptionsError for a file that cannot be read */
function keysOf({ file, publicKeyFile, ...same }: z.output<typeof keys>, baseDir: string): JwtKeys {
  if (file !== undefined) return { ...same, file: resolve(baseDir, file) };
  if (publicKeyFile === undefined) return same;
  try {
    return { ...same, publicKey: readFileSync(resolve(baseDir, publicKeyFile), 'utf8') };
  } catch (error) {
    throw new InvalidOptionsError('publicKeyFile', publicKeyFile, `a file: ${(error as Error).message}`);
  }
}
