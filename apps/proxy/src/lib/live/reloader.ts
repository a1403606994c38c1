import { isDeepStrictEqual } from 'node:util';
import { sleep, systemClock, watchFile } from '@evenkeel/core';
import { checkParsed } from '../commands/check.ts';
import { ConfigError, formatIssue } from '../config/config-error.ts';
import { configText, readConfig } from '../config/config-text.ts';
import { type LoadedConfig, parseConfig } from '../config/load-config.ts';
import { configWarnings } from '../config/warnings.ts';
import { errorText } from '../events/failure.ts';
import { oneLine } from '../events/one-line.ts';
import type { Config } from '../schema/config.ts';
import { describeChanges } from './describe-changes.ts';
import type { ReloadTarget } from './reload-target.ts';

/** How long a file that cannot be read is left alone, in ms. */
const REREAD_MS = 1_000;
/** Settings of the program itself. */
const FIXED = ['admin', 'metrics', 'accessLog', 'log', 'tracing'] as const;
const KEPT = 'the configuration in use stays';

/** What a reloader works with. */
export interface ReloaderOptions {
  /** The configuration in use. */
  readonly loaded: LoadedConfig;
  readonly target: ReloadTarget;
  /** Takes a line for the operator. */
  readonly say: (line: string) => void;
}

/** Takes new configurations as the file changes, and when told to. */
export interface Reloader {
  /** The configuration in use. */
  readonly loaded: LoadedConfig;
  /** Reads the file and takes what it holds. Further calls before that has begun are one. */
  reload(): void;
  /** Gives up what is not taken yet. */
  close(): Promise<void>;
}

/** Begins to watch the file, unless its configuration says otherwise. */
export function reloader({ loaded: first, target, say }: ReloaderOptions): Reloader {
  const { file } = first;
  const stop = new AbortController();
  let loaded = first;
  /** What is to be taken next: a text, or whatever the file holds by then. */
  let next: { readonly text: string | undefined } | undefined;
  let working: Promise<void> | undefined;
  /** The newest text that was looked at. */
  let seen = first.text;
  let watching: { readonly done: Promise<void>; readonly stop: AbortController } | undefined;

  const take = async (text: string | undefined): Promise<void> => {
    const read = text === undefined ? await readConfig(file) : configText(file, text);
    const wanted = await checkParsed(parseConfig(read));
    const changes = describeChanges(loaded.config, wanted.config);
    if (changes === undefined) {
      loaded = wanted;
      say(`reloaded ${file}: nothing has changed`);
      return;
    }
    for (const issue of configWarnings(wanted)) say(formatIssue(file, issue, 'warning: '));
    const fixed = fixedChange(loaded.config, wanted.config);
    if (fixed !== undefined) throw new Error(`${fixed} while it runs`);
    const prepared = await target.prepare(wanted, stop.signal);
    if (stop.signal.aborted) {
      await prepared.abort();
      return;
    }
    await prepared.commit();
    loaded = wanted;
    say(`reloaded ${file}: ${changes}`);
  };
  const work = async (): Promise<void> => {
    while (next !== undefined && !stop.signal.aborted) {
      const { text } = next;
      next = undefined;
      try {
        await take(text);
      } catch (error) {
        if (stop.signal.aborted) return;
        say(refusal(error));
      }
      watch();
    }
  };
  const want = (text: string | undefined): void => {
    next = { text };
    working ??= work().finally(() => {
      working = undefined;
    });
  };
  const follow = async (signal: AbortSignal): Promise<void> => {
    let failure = '';
    while (!signal.aborted) {
      try {
        for await (const text of watchFile(file, { signal })) {
          // The first one may be the one in use, or one that was refused.
          if (text !== seen) want(text);
          seen = text;
          failure = '';
        }
      } catch (error) {
        // A file that is away is looked for again and again.
        if (failure !== refusal(error)) say(refusal(error));
        failure = refusal(error);
      }
      await sleep(systemClock, REREAD_MS, signal).catch(() => {});
    }
  };
  const watch = (): void => {
    const wanted = loaded.config.reload?.watch ?? true;
    if (wanted === (watching !== undefined)) return;
    if (watching === undefined) {
      const own = new AbortController();
      watching = { stop: own, done: follow(AbortSignal.any([own.signal, stop.signal])) };
    } else {
      watching.stop.abort();
      watching = undefined;
    }
  };
  watch();

  return {
    get loaded() {
      return loaded;
    },
    reload: () => want(undefined),
    async close() {
      stop.abort();
      await Promise.all([working, watching?.done]);
    },
  };
}

/** What only a new start can change. */
function fixedChange(before: Config, after: Config): string | undefined {
  if ((before.workers === undefined) !== (after.workers === undefined)) {
    return 'workers cannot be turned on or off';
  }
  const fixed = FIXED.find((key) => !isDeepStrictEqual(before[key], after[key]));
  return fixed && `${fixed} cannot change`;
}

function refusal(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message}\nreload refused: ${KEPT}`;
  return oneLine(`reload refused: ${errorText(error)}; ${KEPT}`);
}
