import { pattern } from './fields.ts';

/** What a challenge calls the place that needs a login. */
export const realm = pattern(
  'What it is a login for. Default restricted.',
  /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  'a text without quotes and backslashes',
);
