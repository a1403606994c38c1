import * as z from 'zod';
import { config } from '../schema/config.ts';

/** The JSON Schema of the configuration file, as text. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(config, { io: 'input', reused: 'inline' }), undefined, 2)}\n`;
}
