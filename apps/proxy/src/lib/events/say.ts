import pino from 'pino';

/** Takes a line for the operator. */
export type Say = (line: string) => void;

/**
 * Makes lines of JSON of what the program says: `{"level":"info","time":"…","msg":"…"}`.
 *
 * @param write takes a whole line
 */
export function jsonSay(write: Say): Say {
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    { write: (text) => write(text.trimEnd()) },
  );
  return (line) =>
    line.startsWith('warning: ') || line.includes(': warning: ') ? log.warn(line) : log.info(line);
}
