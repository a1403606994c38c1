import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileDiscovery } from '@evenkeel/core';
import { text } from '../schema/fields.ts';
import { discoveryDriver } from './driver.ts';
import { parseEndpoints } from './endpoints-file.ts';

/** `file: path`: a YAML or JSON list of endpoints, read again when it changes. */
export const fileDriver = discoveryDriver({
  schema: text('A YAML or JSON file with a list of endpoints, relative to this one.', 'the path of a file'),
  build: (path, { baseDir }) => fileDiscovery({ path: resolve(baseDir, path), parse: parseEndpoints }),
  // No error: the file may be written, or mended, before or after the start.
  *warn(path, { baseDir }) {
    const file = resolve(baseDir, path);
    try {
      parseEndpoints(readFileSync(file, 'utf8'));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      yield {
        path: [],
        message: code === 'ENOENT' ? `there is no file ${file}` : `${file}: ${code ?? message}`,
      };
    }
  },
});
