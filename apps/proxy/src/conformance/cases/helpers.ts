import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Ask, Lab, LabOptions, Reply } from '../lab.ts';

export const FRESH = 'Cache-Control: max-age=60';

/** Section, level and name of a case. */
export type Title = readonly [section: string, level: ConformanceCase['level'], name: string];

/** A case of its own steps. */
export function steps(
  [section, level, name]: Title,
  run: (lab: Lab) => Promise<void>,
  options?: LabOptions,
): ConformanceCase {
  return { section, level, name, run, ...(options && { options }) };
}

/** Whether the answer to one request is used for another one. */
export function reuse(
  title: Title,
  expected: boolean,
  reply: Reply,
  more: {
    readonly first?: Ask;
    readonly second?: Ask;
    readonly wait?: number;
    readonly options?: LabOptions;
  } = {},
): ConformanceCase {
  const run = async (lab: Lab): Promise<void> => {
    lab.serve(reply);
    assert.equal(await lab.reuses(more.first, more.second ?? more.first, more.wait), expected);
  };
  return steps(title, run, more.options);
}

/** That a response is used for exactly so many seconds; 0 for never. */
export function freshFor(
  title: Title,
  seconds: number,
  reply: Reply | ((lab: Lab) => Reply),
): ConformanceCase {
  return steps(title, async (lab) => {
    lab.serve(typeof reply === 'function' ? reply(lab) : reply);
    assert.equal(await lab.reuses({}, {}, Math.max(0, seconds - 1)), seconds > 0);
    if (seconds === 0 || seconds > 1_000_000) return;
    lab.advance(1);
    assert.equal((await lab.ask()).hit, false, `after ${seconds} s`);
  });
}

/** An origin that answers 304 to its present tag. */
export function tagged(lab: Lab, tag: () => string, fields: readonly string[] = [FRESH]): void {
  lab.serve((request) => {
    const mine = [...fields, `ETag: ${tag()}`];
    return request.value('if-none-match') === tag()
      ? { status: 304, fields: mine }
      : { fields: mine, body: `body of ${tag()}` };
  });
}

/** When what the origin has was modified, and a later time. */
export const MODIFIED = 'Mon, 01 Jan 2024 00:00:00 GMT';
export const LATER = 'Tue, 02 Jan 2024 00:00:00 GMT';

/** Keeps a response and lets it become stale. */
export async function stale(lab: Lab, fields: readonly string[]): Promise<void> {
  lab.serve({ fields: [FRESH, ...fields], body: 'old' });
  await lab.ask();
  lab.advance(61);
}
