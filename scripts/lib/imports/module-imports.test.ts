import { describe, expect, it } from 'vitest';
import { moduleImports } from './module-imports.ts';

const specifiers = (source: string): string[] =>
  moduleImports('a.ts', source).map(({ specifier }) => specifier);
const typeOnly = (source: string): boolean | undefined => moduleImports('a.ts', source)[0]?.typeOnly;

describe('moduleImports', () => {
  it('finds static imports, re-exports, dynamic imports and import types', () => {
    const source = [
      `import a, * as b from 'one';`,
      `import 'two';`,
      `export * from 'three';`,
      `export { c } from 'four';`,
      `const d = await import('five');`,
      `type E = import('six').E;`,
    ].join('\n');
    expect(moduleImports('a.ts', source)).toEqual([
      { specifier: 'one', line: 1, typeOnly: false },
      { specifier: 'two', line: 2, typeOnly: false },
      { specifier: 'three', line: 3, typeOnly: false },
      { specifier: 'four', line: 4, typeOnly: false },
      { specifier: 'five', line: 5, typeOnly: false },
      { specifier: 'six', line: 6, typeOnly: true },
    ]);
  });

  it('gives the line of the module name when a statement spans several', () => {
    expect(moduleImports('a.ts', `\nimport {\n  a,\n} from 'one';`)[0]?.line).toBe(4);
  });

  it('is not fooled by comments, strings, templates and regular expressions', () => {
    const source = [
      `// import 'one';`,
      `/* export * from 'two'; */`,
      '/** Use `import("three")`. */',
      "const a = `\nimport 'four';\n`;",
      `const b = /['"\`]/.test("import 'five'");`,
      `import 'six';`,
    ].join('\n');
    expect(specifiers(source)).toEqual(['six']);
  });

  it('tells statements that vanish from those that stay when types are stripped', () => {
    expect(typeOnly(`import type { A } from 'a';`)).toBe(true);
    expect(typeOnly(`export type { A } from 'a';`)).toBe(true);
    expect(typeOnly(`import { type A } from 'a';`)).toBe(false);
    expect(typeOnly(`import { type A, b } from 'a';`)).toBe(false);
    expect(typeOnly(`import type from 'a';`)).toBe(false);
  });

  it('leaves out dynamic imports of a computed name', () => {
    expect(specifiers("await import(name); await import('./' + name);")).toEqual([]);
  });

  it('throws on a file that does not parse', () => {
    expect(() => moduleImports('broken.ts', 'import {')).toThrow(/broken\.ts/);
  });
});
