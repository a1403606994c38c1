import { expect, it, onTestFinished, vi } from 'vitest';
import { stopSignals } from './stop-signals.ts';

function listening() {
  const before = new Set(process.listeners('SIGTERM'));
  const signals = stopSignals();
  onTestFinished(() => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      for (const one of process.listeners(signal)) if (!before.has(one)) process.off(signal, one);
    }
  });
  return signals;
}

it('keeps a signal for who asks later, and hands on those that follow', () => {
  const { onStop } = listening();
  process.emit('SIGTERM', 'SIGTERM');
  const stop = vi.fn<() => void>();
  onStop(stop);
  expect(stop).toHaveBeenCalledTimes(1);
  process.emit('SIGINT', 'SIGINT');
  expect(stop).toHaveBeenCalledTimes(2);
});

it('ends the process at the second signal while nobody asks', () => {
  listening();
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  onTestFinished(() => exit.mockRestore());
  process.emit('SIGTERM', 'SIGTERM');
  expect(exit).not.toHaveBeenCalled();
  process.emit('SIGTERM', 'SIGTERM');
  expect(exit).toHaveBeenCalledExactlyOnceWith(1);
});
