import { expect, it } from 'vitest';
import { checkCycles } from './check-cycles.ts';
import { moduleImports } from './module-imports.ts';

const file = (path: string, source: string) => ({ path, imports: moduleImports(path, source) });

it('reports a cycle at the import that starts it, with the whole path', () => {
  const files = [
    file('packages/core/src/a.ts', `\nimport { b } from './lib/b.ts';`),
    file('packages/core/src/lib/b.ts', `import { a } from '../a.ts';`),
  ];
  expect(checkCycles(files)).toEqual([
    {
      file: 'packages/core/src/a.ts',
      line: 2,
      what: `imports './lib/b.ts'`,
      why: 'that closes a cycle: a.ts → b.ts → a.ts',
    },
  ]);
});

it('allows a cycle of types', () => {
  const files = [
    file('packages/core/src/a.ts', `import type { B } from './b.ts';`),
    file('packages/core/src/b.ts', `import { a } from './a.ts';`),
  ];
  expect(checkCycles(files)).toEqual([]);
});
