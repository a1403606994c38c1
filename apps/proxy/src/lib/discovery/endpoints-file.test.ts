import { expect, it } from 'vitest';
import { parseEndpoints } from './endpoints-file.ts';

it('takes a list, or an object with one, in YAML or JSON', () => {
  expect(parseEndpoints('- a:1\n- { address: b:1, weight: 2 }\n')).toEqual([
    'a:1',
    { address: 'b:1', weight: 2 },
  ]);
  expect(parseEndpoints('{ "endpoints": ["a:1"] }')).toEqual(['a:1']);
  expect(parseEndpoints('[]')).toEqual([]);
});

it.each<[string, string]>([
  ['- a', 'line 1, column 3: [0]: got "a", expected "host:port" with a port from 1 to 65535'],
  ['- a:1\n- { adress: x }', 'line 2, column 5: [1].adress: unknown key, did you mean "address"? expected'],
  ['endpoint: []', 'line 1, column 1: endpoint: unknown key, did you mean "endpoints"? expected endpoints'],
  ['endpoints: { a: 1 }', 'line 1, column 12: endpoints: got an object with a, expected a list of endpoints'],
  ['- a:1\n- a:1', 'line 2, column 3: [1]: got "a:1", expected an endpoint whose id differs from that of'],
  ['- *x', 'line 1, column 3: not valid YAML: there is no anchor &x before this'],
  ['"text"', 'line 1, column 1: got "text", expected a list of endpoints, or an object'],
  ['- [', 'not valid YAML'],
])('says in one line what is wrong with %j', (text, message) => {
  const problem = problemOf(text);
  expect(problem).toContain(message);
  expect(problem).not.toContain('\n');
});

it('does not list a hundred mistakes', () => {
  expect(problemOf('- a\n'.repeat(100))).toMatch(/^line 1, .*; line 2, .*; line 3, .*; and 97 more$/);
});

function problemOf(text: string): string {
  try {
    parseEndpoints(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
