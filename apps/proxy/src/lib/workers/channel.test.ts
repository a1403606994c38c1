import { expect, it } from 'vitest';
import { messageEnds } from '../testing/message-ends.ts';
import { ChannelClosed, channel, type Handlers, RemoteError } from './channel.ts';

function connected(handlers: Handlers, back: Handlers = {}) {
  const { here, there, close, cut } = messageEnds();
  return { here: channel(here, back), there: channel(there, handlers), close, cut };
}

it('answers questions of both sides, each its own', async () => {
  const { here, there } = connected(
    { double: (n: number) => n * 2, late: async (text: string) => `late ${text}` },
    { name: () => 'here' },
  );
  const answers = [here.ask('late', 'x'), here.ask('double', 4), there.ask('name')];
  expect(await Promise.all(answers)).toEqual(['late x', 8, 'here']);
});

it('hands errors on, with their names', async () => {
  class OddError extends Error {}
  const { here } = connected({
    fail: () => {
      throw new OddError('no luck');
    },
  });
  const error = await here.ask('fail').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RemoteError);
  expect(error).toMatchObject({ name: 'OddError', message: 'no luck' });
  await expect(here.ask('none')).rejects.toThrow('there is no method none');
});

it('a side that has gone fails what it has not answered', async () => {
  const { here, close } = connected({ never: () => new Promise(() => {}) });
  const asked = here.ask('never');
  close();
  await expect(asked).rejects.toThrow(ChannelClosed);
  await expect(here.ask('never')).rejects.toThrow(ChannelClosed);
});

it('a message that cannot be sent tells that the other side has gone', async () => {
  const { here, cut } = connected({ double: (n: number) => n * 2 });
  cut();
  await expect(here.ask('double', 1)).rejects.toThrow(ChannelClosed);
});
