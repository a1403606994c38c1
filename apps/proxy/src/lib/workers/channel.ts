import { errorText } from '../events/failure.ts';

/** One end of a connection between processes, as `process` and the workers of `node:cluster` have it. */
export interface MessageEnd {
  send?(message: object, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What one side answers: an answer, a promise of one, or an error whose name and message the other side gets. */
export type Handlers = Readonly<Record<string, (params: never) => unknown>>;

/** A connection over which both sides ask each other. */
export interface Channel {
  /**
   * Asks the other side.
   *
   * @param params anything that can be cloned
   * @throws a RemoteError with what the other side threw; a ChannelClosed when it has gone before it answered
   */
  ask(method: string, params?: unknown): Promise<unknown>;
}

/** What the other side threw. */
export class RemoteError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The other side has gone. */
export class ChannelClosed extends Error {}

interface Question {
  readonly ask: number;
  readonly method: string;
  readonly params: unknown;
}

interface Answer {
  readonly answer: number;
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/** Opens this side of a connection. */
export function channel(end: MessageEnd, handlers: Handlers): Channel {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  let open = true;
  const send = (message: Question | Answer): void => {
    if (open) end.send?.(message, (error) => error !== null && close());
  };
  const close = (): void => {
    open = false;
    for (const { reject } of waiting.values()) reject(new ChannelClosed('the other process has ended'));
    waiting.clear();
  };
  const reply = async ({ ask, method, params }: Question): Promise<void> => {
    try {
      const handler = handlers[method] as ((params: unknown) => unknown) | undefined;
      if (handler === undefined) throw new TypeError(`there is no method ${method}`);
      send({ answer: ask, result: await handler(params) });
    } catch (error) {
      const { name } = error instanceof Error ? error.constructor : Error;
      send({ answer: ask, error: { name, message: errorText(error) } });
    }
  };
  end.on('disconnect', close);
  end.on('message', (message) => {
    if (isQuestion(message)) void reply(message);
    else if (isAnswer(message)) {
      const { answer, result, error } = message;
      const asked = waiting.get(answer);
      waiting.delete(answer);
      if (error === undefined) asked?.resolve(result);
      else asked?.reject(new RemoteError(error.name, error.message));
    }
  });
  return {
    ask(method, params) {
      if (!open) return Promise.reject(new ChannelClosed('the other process has ended'));
      const asked = Promise.withResolvers<unknown>();
      last++;
      waiting.set(last, asked);
      send({ ask: last, method, params });
      return asked.promise;
    },
  };
}

function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'ask' in message;
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && 'answer' in message;
}
