import { type Child, startChild } from '../../lib/processes/child.ts';
import type { AnsweringReply, AnsweringRequest } from './answering-process.ts';

/** Starts a process that opens endpoints when it is asked to. */
export function startAnswering(): Child<AnsweringRequest, AnsweringReply> {
  return startChild(new URL('./answering-process.ts', import.meta.url));
}
