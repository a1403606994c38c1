const LONGEST_TIMER_MS = 2 ** 31 - 1;

let holds = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Keeps the process alive until disposed. The clock's timers do not, and a request that waits has no socket that would:
 * a script that awaits it would end in the middle.
 */
export function holdProcess(): Disposable {
  holds += 1;
  timer ??= setInterval(() => {}, LONGEST_TIMER_MS);
  let open = true;
  return {
    [Symbol.dispose]() {
      if (!open) return;
      open = false;
      holds -= 1;
      if (holds > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
