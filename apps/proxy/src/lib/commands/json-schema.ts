import * as z from 'zod';
import { config } from '../schema/config.ts';
import { registerFile } from '../schema/register.ts';

/** The files that have a JSON Schema: that of the proxy, and that of `evenkeel register`. */
export type SchemaOf = 'config' | 'register';

/** The JSON Schema of a configuration file, as text. */
export function jsonSchema(of: SchemaOf = 'config'): string {
  const schema = of === 'config' ? config : registerFile;
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }), undefined, 2)}\n`;
}
