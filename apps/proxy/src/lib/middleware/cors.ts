import { cors } from '@evenkeel/proxy/middleware';
import * as z from 'zod';
import { flag, list, ms, object, pattern, text } from '../schema/fields.ts';
import { middlewareDriver } from './driver.ts';

const names = (description: string) =>
  list(description, 'names', pattern('A name.', /^[!#$%&'*+\-.^_`|~\w]+$/, 'a name as HTTP has them'), {
    min: 0,
  });

/** Whose pages may read answers. */
export const corsDriver = middlewareDriver({
  schema: object('Tells browsers which pages of other origins may use the answers.', {
    origins: z
      .union([z.literal('*'), list('Origins.', 'origins', text('Such as https://*.example.com.'))], {
        error: '"*" or a list of origins',
      })
      .describe(
        'Whose pages may read answers: "*", or origins such as https://example.com or https://*.example.com.',
      ),
    credentials: flag('Whether pages may send cookies and the like. Default false.').exactOptional(),
    methods: names(
      'Methods that pages may use. Default GET, HEAD, POST, PUT, PATCH, DELETE.',
    ).exactOptional(),
    allowedHeaders: z
      .union([z.literal('*'), names('Names of fields.')], { error: '"*" or a list of names' })
      .describe(
        'Request fields that pages may send; "*" for all they ask for. Default none but harmless ones.',
      )
      .exactOptional(),
    exposedHeaders: names(
      'Response fields that pages may read. Default none but harmless ones.',
    ).exactOptional(),
    maxAgeMs: ms(
      'How long a browser may keep the answer to its question. Default as it likes.',
    ).exactOptional(),
  }),
  build: (config) => cors(config),
});
