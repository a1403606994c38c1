/**
 * Answers each message of the parent process with what `handle` returns, in order, and ends with the parent: nothing outlives
 * a benchmark that was killed.
 */
export function serveParent<Request, Reply>(handle: (request: Request) => Promise<Reply>): void {
  let last: Promise<unknown> = Promise.resolve();
  process.on('message', (request: Request) => {
    last = last.then(async () => {
      process.send?.(await handle(request));
    });
    last.catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
  process.on('disconnect', () => process.exit(0));
}
