import * as z from 'zod';
import { type ConfigIssue, inOrder } from '../config/config-error.ts';
import { readYaml } from '../config/yaml-source.ts';
import { zodIssues } from '../config/zod-issues.ts';
import { endpoint } from '../schema/endpoint.ts';
import { list, object } from '../schema/fields.ts';
import { distinctEndpoints } from './endpoint-list.ts';

const LIST = 'a list of endpoints, or an object with such a list as "endpoints"';
/** A broken file may have one mistake for each endpoint; the line it becomes in the log is repeated with each retry. */
const MAX_SHOWN = 3;

const endpoints = distinctEndpoints(list('The endpoints.', 'endpoints', endpoint, { min: 0 }), 'endpoints');
const content = z.union([endpoints, object('The endpoints.', { endpoints })], { error: LIST });

/**
 * Reads the text of an endpoints file.
 *
 * @throws Error with all that is wrong in one line, as far as a line has room
 */
export function parseEndpoints(text: string): z.output<typeof endpoints> {
  const { data, map, issues } = readYaml(text);
  if (issues.length > 0) throw new Error(inOneLine(issues));
  const result = content.safeParse(data);
  if (!result.success) throw new Error(inOneLine(zodIssues(result.error.issues, data, map)));
  return Array.isArray(result.data) ? result.data : result.data.endpoints;
}

function inOneLine(issues: readonly ConfigIssue[]): string {
  const shown = inOrder(issues)
    .slice(0, MAX_SHOWN)
    .map(({ position, path, message }) => {
      const where = position === undefined ? '' : `line ${position.line}, column ${position.column}: `;
      return `${where}${path === '' ? '' : `${path}: `}${message}`;
    });
  const more = issues.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`.replaceAll(/\s*\n\s*/g, ' ');
}
