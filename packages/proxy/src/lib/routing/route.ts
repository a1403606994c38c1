import type { RequestSettings } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import type { Mirror } from '../actions/mirror.ts';
import type { Middleware } from '../middleware/middleware.ts';
import type { Condition } from './conditions.ts';
import type { PathPattern } from './path-pattern.ts';

/** A route as the pipeline uses it. */
export interface Route {
  readonly name: string;
  readonly pattern: PathPattern;
  /** What a request must be like beside host and path; undefined for anything. */
  readonly condition: Condition | undefined;
  /** Undefined where each request gets one of its own, or none. */
  readonly cluster: string | undefined;
  /** What requests go through before they are sent, that of the whole proxy first. */
  readonly middleware: readonly Middleware[];
  /** Copies requests to another cluster. */
  readonly mirror: Mirror | undefined;
  /** What the route sets for each of its requests. */
  readonly settings: RequestSettings | undefined;
  /** Answers requests before they are balanced. */
  readonly cache: Dispatcher.DispatcherComposeInterceptor | undefined;
}
