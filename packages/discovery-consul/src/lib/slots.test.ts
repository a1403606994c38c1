import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

it('hands slots out in the order of asking, and takes each back once', async () => {
  const slots = createSlots(1);
  const { signal } = new AbortController();
  const order: string[] = [];
  const first = await slots.wait(signal);
  const second = slots.wait(signal).then((slot) => {
    order.push('second');
    return slot;
  });
  const third = slots.wait(signal).then(() => order.push('third'));
  expect(slots.take()).toBeUndefined();
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  const slot = await second;
  expect(order).toEqual(['second']);
  slot[Symbol.dispose]();
  await third;
  expect(order).toEqual(['second', 'third']);
});

it('lets those go who do not want to wait any more', async () => {
  const slots = createSlots(1);
  const controller = new AbortController();
  const first = slots.take();
  const second = slots.wait(controller.signal);
  controller.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await expect(slots.wait(controller.signal)).rejects.toThrow('enough');
  first?.[Symbol.dispose]();
  expect(slots.take()).toBeDefined();
});
