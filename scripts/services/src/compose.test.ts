import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { variableOf } from './external-service.ts';
import { KINDS } from './service.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const compose = read('../../../compose.yaml');
const readme = read('../README.md');

it.each(KINDS)('compose.yaml offers %s at the address that is documented', (kind) => {
  const address = new RegExp(`\\| \`${variableOf(kind)}\` \\| \`127\\.0\\.0\\.1:(\\d+)\` \\|`).exec(readme);
  const service = new RegExp(`^  ${kind}:\\n(?:    .*\\n|\\n)*`, 'm').exec(compose)?.[0];
  expect(service).toContain(`"127.0.0.1:${address?.[1]}:${address?.[1]}"`);
  expect(compose).toContain(`${variableOf(kind)}=127.0.0.1:${address?.[1]}`);
});
