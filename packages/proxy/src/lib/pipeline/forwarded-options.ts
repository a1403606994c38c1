import type { WithRequestSettings } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';

/** What a proxy hands to the dispatcher below it. */
export interface ForwardedOptions extends Dispatcher.DispatchOptions, WithRequestSettings {
  /** The address of the client, as far as it can be believed. */
  readonly clientAddress?: string | undefined;
}
