import type * as z from 'zod';
import { type Config, config as schema } from '../schema/config.ts';

/**
 * What is left of a configuration without the parts that the schema refuses: single clusters, else whole sections.
 * They can be built, so that a mistake in one part does not hide those in another.
 */
export function soundParts(data: unknown, issues: readonly z.core.$ZodIssue[]): Config {
  const none: Config = { listeners: [], clusters: {}, routes: [] };
  if (typeof data !== 'object' || data === null) return none;
  const parts: Record<string, unknown> = { ...none };
  for (const [section, value] of Object.entries(data)) {
    if (!Object.hasOwn(schema.shape, section)) continue;
    const wrong = issues.filter(({ path }) => path[0] === section);
    if (wrong.length === 0) parts[section] = value;
    else if (section === 'clusters' && wrong.every(({ path }) => path.length > 1)) {
      const names = new Set(wrong.map(({ path }) => path[1]));
      parts[section] = Object.fromEntries(
        Object.entries(value as object).filter(([name]) => !names.has(name)),
      );
    }
  }
  return parts as unknown as Config;
}
