import { expect, it } from 'vitest';
import { withEnvironment } from './environment.ts';

const ENVIRONMENT = { HOST: '10.0.0.1', PORT: '80', EMPTY: '', ODD: '$' + '{HOST} $& $1' };

function expanded(data: unknown) {
  const complaints: string[] = [];
  const result = withEnvironment(data, ENVIRONMENT, (path, why) =>
    complaints.push(`${path.join('.')}: ${why}`),
  );
  return { result, complaints };
}

it.each<[string, unknown, unknown]>([
  ['a whole text', '${HOST}', '10.0.0.1'],
  ['parts of a text', 'http://${HOST}:${PORT}/', 'http://10.0.0.1:80/'],
  ['an empty variable', '<${EMPTY}>', '<>'],
  ['texts at any depth', { a: [{ b: '${PORT}' }] }, { a: [{ b: '80' }] }],
])('puts variables into %s', (_, data, result) => {
  expect(expanded(data)).toEqual({ result, complaints: [] });
});

it.each<[string, unknown, unknown]>([
  ['keys', { '${HOST}': 1 }, { '${HOST}': 1 }],
  ['what is no text', [1, true, null], [1, true, null]],
  ['dollars without braces', '$HOST $5 $', '$HOST $5 $'],
  ['what is escaped', '$${HOST}', '${HOST}'],
  ['what a variable holds', '${ODD}', '${HOST} $& $1'],
])('leaves alone %s', (_, data, result) => {
  expect(expanded(data)).toEqual({ result, complaints: [] });
});

it('names every variable that is missing, and where', () => {
  const { complaints } = expanded({ a: ['${NOBODY}'], b: '${HOST}${NEITHER}' });
  expect(complaints).toEqual([
    'a.0: the environment variable NOBODY is not set',
    'b: the environment variable NEITHER is not set',
  ]);
});

it.each(['${}', '${a-b}', '${1}', '${HOST'])('refuses %s', (text) => {
  const { complaints } = expanded(text);
  expect(complaints).toEqual([
    `: got "${text}", expected a variable such as "\${NAME}"; write "$\${" for "\${" itself`,
  ]);
});
