import { describe, expect, it } from 'vitest';
import type { WorkspacePackage } from '../workspace.ts';
import { checkFile } from './check-file.ts';
import { moduleImports } from './module-imports.ts';

function member(
  kind: WorkspacePackage['kind'],
  folder: string,
  manifest: Partial<WorkspacePackage['manifest']> = {},
): WorkspacePackage {
  const name = `@evenkeel/${folder}`;
  return {
    kind,
    folder,
    path: `${kind}s/${folder}`,
    manifest: { name, version: '0.0.0', exports: { '.': './src/index.ts' }, ...manifest },
  };
}

const workspace = [
  member('package', 'core', { exports: { '.': './src/index.ts', './testing': './src/testing.ts' } }),
  member('package', 'strategies', {
    dependencies: { '@evenkeel/core': 'workspace:^' },
    devDependencies: { '@evenkeel/testing': 'workspace:^', 'fast-check': 'catalog:' },
    exports: { '.': './src/index.ts', './*': './src/*.ts' },
  }),
  member('package', 'http-client', {
    dependencies: { '@evenkeel/core': 'workspace:^' },
    peerDependencies: { undici: '^8.0.0' },
    devDependencies: { '@evenkeel/strategies': 'workspace:^' },
  }),
  member('package', 'http1', { peerDependencies: { undici: '^8.0.0' } }),
  member('package', 'discovery-redis', {
    dependencies: { '@evenkeel/core': 'workspace:^', '@evenkeel/strategies': 'workspace:^' },
    peerDependencies: { redis: '^6.0.0' },
  }),
  member('package', 'proxy', { dependencies: { '@evenkeel/demo': 'workspace:^' } }),
  member('package', 'testing', { dependencies: { '@evenkeel/core': 'workspace:^' } }),
  member('package', 'novelty', { dependencies: { '@evenkeel/core': 'workspace:^' } }),
  member('app', 'demo', { dependencies: { '@evenkeel/strategies': 'workspace:^', yaml: 'catalog:' } }),
];

/** Why the source may not stand in that file; undefined when it may. */
function reason(path: string, source: string): string | undefined {
  const owner = workspace.find((candidate) => path.startsWith(`${candidate.path}/`))!;
  const violations = checkFile({ path, imports: moduleImports(path, source) }, owner, workspace);
  expect(violations.length).toBeLessThan(2);
  return violations[0]?.why;
}

describe('directions', () => {
  it('allows what the table lists', () => {
    expect(reason('packages/strategies/src/a.ts', `import { b } from '@evenkeel/core';`)).toBeUndefined();
    expect(reason('packages/http-client/src/a.ts', `import { Agent } from 'undici';`)).toBeUndefined();
    expect(
      reason('packages/discovery-redis/src/a.ts', `import { createClient } from 'redis';`),
    ).toBeUndefined();
    expect(reason('apps/demo/src/main.ts', `import { b } from '@evenkeel/strategies/p2c';`)).toBeUndefined();
    expect(reason('packages/core/src/a.ts', `import { isIP } from 'node:net';`)).toBeUndefined();
  });

  it('forbids a direction the table does not list, even when the manifest lists it', () => {
    expect(reason('packages/discovery-redis/src/a.ts', `import { b } from '@evenkeel/strategies';`)).toBe(
      'discovery-redis may import only core',
    );
  });

  it('forbids apps to packages', () => {
    expect(reason('packages/proxy/src/a.ts', `import { main } from '@evenkeel/demo';`)).toBe(
      'a package never imports an app',
    );
  });

  it('wants new packages in the table', () => {
    expect(reason('packages/novelty/src/a.ts', `import { b } from '@evenkeel/core';`)).toMatch(
      /not in the table/,
    );
  });

  it('names file, line and import', () => {
    const file = 'packages/core/src/a.ts';
    const imports = moduleImports(file, `\nimport { b } from '@evenkeel/strategies';`);
    expect(checkFile({ path: file, imports }, workspace[0]!, workspace)).toEqual([
      {
        file,
        line: 2,
        what: `imports '@evenkeel/strategies'`,
        why: '@evenkeel/core does not list it in package.json',
      },
    ]);
  });
});

describe('test files', () => {
  it('may import dev dependencies and vitest', () => {
    expect(
      reason('packages/http-client/src/a.test.ts', `import { p2c } from '@evenkeel/strategies';`),
    ).toBeUndefined();
    expect(reason('packages/strategies/src/a.bench.ts', `import fc from 'fast-check';`)).toBeUndefined();
    expect(reason('packages/core/src/a.test.ts', `import { it } from 'vitest';`)).toBeUndefined();
  });

  it('have helpers that may, too, but for those that core ships', () => {
    const imported = `import { it } from 'vitest';`;
    expect(reason('packages/discovery-redis/src/lib/testing/a.ts', imported)).toBeUndefined();
    expect(reason('packages/core/src/lib/testing/a.ts', imported)).toBe(
      '@evenkeel/core does not list it in package.json',
    );
  });

  it('are the only ones that may', () => {
    expect(reason('packages/http-client/src/a.ts', `import { p2c } from '@evenkeel/strategies';`)).toBe(
      '@evenkeel/http-client lists it in devDependencies only, and this file is shipped',
    );
    expect(reason('packages/core/src/a.ts', `import { it } from 'vitest';`)).toBe(
      '@evenkeel/core does not list it in package.json',
    );
  });

  it('keep discoveries and strategies apart too', () => {
    expect(
      reason('packages/discovery-redis/src/a.test.ts', `import { b } from '@evenkeel/strategies';`),
    ).toBe('discovery-redis may import only core, and in tests testing');
  });
});

describe('third parties', () => {
  it('are none in core and strategies, whatever the manifest says', () => {
    expect(reason('packages/strategies/src/a.ts', `import fc from 'fast-check';`)).toMatch(
      /devDependencies only/,
    );
    const owner = member('package', 'core', { dependencies: { undici: '^8.0.0' } });
    const path = 'packages/core/src/a.ts';
    const imports = moduleImports(path, `import type { Agent } from 'undici';`);
    expect(checkFile({ path, imports }, owner, [owner])[0]?.why).toBe(
      'core may import no third-party package',
    );
  });

  it('may be limited to their types', () => {
    expect(reason('packages/http1/src/a.ts', `import type { Dispatcher } from 'undici';`)).toBeUndefined();
    expect(reason('packages/http1/src/a.ts', `import { Agent } from 'undici';`)).toBe(
      `http1 may import only types of it: write 'import type'`,
    );
  });

  it('are declared', () => {
    expect(reason('apps/demo/src/main.ts', `import { z } from 'zod';`)).toBe(
      '@evenkeel/demo does not list it in package.json',
    );
  });
});

describe('paths', () => {
  it('stay in the package', () => {
    expect(reason('packages/core/src/a.ts', `import { b } from '../../strategies/src/b.ts';`)).toMatch(
      /leaves packages\/core/,
    );
    expect(reason('packages/core/src/a.ts', `import { b } from '/tmp/b.ts';`)).toMatch(/one machine/);
  });

  it('end in .ts', () => {
    expect(reason('packages/core/src/a.ts', `import { b } from './b.ts';`)).toBeUndefined();
    expect(reason('packages/core/src/a.ts', `import { b } from './b.js';`)).toBe(
      'a relative import ends in .ts',
    );
    expect(reason('packages/core/src/a.ts', `import { b } from './b';`)).toBe(
      'a relative import ends in .ts',
    );
  });

  it('do not go through the own name of the package', () => {
    expect(reason('packages/core/src/a.ts', `import { b } from '@evenkeel/core';`)).toMatch(/relative path/);
  });

  it('name exported subpaths only', () => {
    expect(
      reason('packages/strategies/src/a.ts', `import { b } from '@evenkeel/core/testing';`),
    ).toBeUndefined();
    expect(reason('packages/strategies/src/a.ts', `import { b } from '@evenkeel/core/src/lib/b.ts';`)).toBe(
      '@evenkeel/core exports only ., ./testing',
    );
  });

  it('write node: before builtins', () => {
    expect(reason('packages/core/src/a.ts', `import { readFileSync } from 'fs';`)).toBe(`write 'node:fs'`);
  });
});
