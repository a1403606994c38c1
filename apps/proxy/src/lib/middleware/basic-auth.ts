import { resolve } from 'node:path';
import { basicAuth } from '@evenkeel/proxy/basic-auth';
import * as z from 'zod';
import { realm } from '../schema/auth.ts';
import { fieldName } from '../schema/field-name.ts';
import { count, exactlyOne, flag, ms, object, text } from '../schema/fields.ts';
import { middlewareDriver } from './driver.ts';

/** Name and password. */
export const basicAuthDriver = middlewareDriver({
  schema: exactlyOne(
    object('Asks for name and password.', {
      users: z
        .record(z.string(), text('A hash of bcrypt or scrypt.'), { error: 'an object of hashes by name' })
        .describe(
          'The hash of each user’s password, by name: htpasswd -nB, or hashPassword of @evenkeel/proxy/basic-auth.',
        )
        .exactOptional(),
      file: text('A file as htpasswd -B writes it; read again when it changes.').exactOptional(),
      realm: realm.exactOptional(),
      userHeader: fieldName(
        'A request field that tells the upstream the name. Default none.',
      ).exactOptional(),
      forward: flag('Whether Authorization goes upstream. Default true.').exactOptional(),
      maxWaiting: count('Passwords that may wait to be verified. Default 100.').exactOptional(),
      reloadMs: ms('How often the file is looked at, at most. Default 1000.', { min: 1 }).exactOptional(),
    }),
    ['users', 'file'],
  ),
  build: ({ file, ...config }, { baseDir, onError }) =>
    basicAuth({
      ...config,
      ...(file !== undefined && { file: resolve(baseDir, file) }),
      onError: (error) => onError(new Error(`basicAuth: ${file} is not taken`, { cause: error })),
    }),
});
