import { parseSync, Visitor } from 'oxc-parser';

/** One place where a file names another module. */
export interface ModuleImport {
  readonly specifier: string;
  readonly line: number;
  /** Whether nothing of it is left once types are stripped. */
  readonly typeOnly: boolean;
}

/**
 * Lists what a TypeScript file imports and re-exports: static, dynamic and `import('…')` types. Dynamic imports of a computed
 * name are left out.
 *
 * @throws when the source does not parse
 */
export function moduleImports(path: string, source: string): readonly ModuleImport[] {
  const parsed = parseSync(path, source);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);

  const found = new Map<number, ModuleImport>();
  const add = (at: number, specifier: string, typeOnly: boolean): void => {
    found.set(at, { specifier, line: lineAt(source, at), typeOnly });
  };
  for (const { start, end, moduleRequest } of parsed.module.staticImports) {
    add(moduleRequest.start, moduleRequest.value, isTypeStatement(source.slice(start, end)));
  }
  for (const { start, end, entries } of parsed.module.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest === null) continue;
      add(moduleRequest.start, moduleRequest.value, isTypeStatement(source.slice(start, end)));
    }
  }
  new Visitor({
    ImportExpression: ({ source: request }) => {
      if (request.type === 'Literal' && typeof request.value === 'string')
        add(request.start, request.value, false);
    },
    TSImportType: ({ source: request }) => add(request.start, request.value, true),
  }).visit(parsed.program);
  return [...found.values()].sort((a, b) => a.line - b.line);
}

/** `import { type A } from 'a'` is no type statement: with verbatim module syntax, the import itself stays. */
function isTypeStatement(statement: string): boolean {
  return /^(?:import|export)\s+type\b(?!\s+from\b)/.test(statement);
}

function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf('\n'); at !== -1 && at < offset; at = source.indexOf('\n', at + 1)) line++;
  return line;
}
