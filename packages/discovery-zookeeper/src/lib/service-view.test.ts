import { describe, expect, it } from 'vitest';
import { serviceView } from './service-view.ts';
import type { Session } from './session/session.ts';
import { curatorRecord } from './testing/fake-zookeeper.ts';
import { OPERATION, type Request } from './wire/request.ts';
import { ZookeeperError } from './zookeeper-error.ts';

type Node = string | ZookeeperError;

/** A view over nodes in memory. Between the question and the answer of each reading, `during` is called. */
function bench(nodes: Record<string, Node> = {}) {
  const problems: string[] = [];
  const view = serviceView('/s', (message) => problems.push(message));
  const state = { reads: [] as string[], during: (_id: string): void => {}, missing: false };
  const content = new Map<string, Node>(Object.entries(nodes));
  const answer = async ({ type, what }: Request<unknown>): Promise<unknown> => {
    if (type === OPERATION.getChildren2) {
      if (state.missing) throw new ZookeeperError('noNode', 'none');
      return [...content.keys()];
    }
    const id = what.slice('read /s/'.length);
    state.reads.push(id);
    await Promise.resolve();
    state.during(id);
    const data = content.get(id);
    if (data === undefined) throw new ZookeeperError('noNode', 'none');
    if (typeof data !== 'string') throw data;
    return Buffer.from(data);
  };
  const session = { zxid: 9n, call: answer } as unknown as Session;
  const read = async () => {
    const { endpoints, ...rest } = await view.read(session);
    return { ...rest, ports: endpoints.map(({ port }) => port) };
  };
  return { view, state, content, problems, read };
}

describe('serviceView', () => {
  it('reads each record once, and again only after its own change', async () => {
    const { view, state, content, read } = bench({ a: curatorRecord(1), b: curatorRecord(2) });
    expect(await read()).toEqual({ ports: [1, 2], deregistered: [], unreadable: 0, zxid: 9n });
    content.set('c', curatorRecord(3));
    expect(view.note({ kind: 'created', path: '/s/c' })).toBe(true);
    content.set('b', curatorRecord(22));
    view.note({ kind: 'dataChanged', path: '/s/b' });
    expect((await read()).ports).toEqual([1, 22, 3]);
    expect((await read()).ports).toEqual([1, 22, 3]);
    expect(state.reads).toEqual(['a', 'b', 'b', 'c']);
  });

  it('knows what is not of the service', () => {
    const { view } = bench();
    expect(view.note({ kind: 'created', path: '/s' })).toBe(true);
    expect(view.note({ kind: 'created', path: '/s/a/below' })).toBe(false);
    expect(view.note({ kind: 'created', path: '/sibling' })).toBe(false);
    expect(view.note({ kind: 'other', path: '' })).toBe(false);
  });

  it('takes a node that does not exist for an empty service', async () => {
    const { state, read } = bench({ a: curatorRecord(1) });
    await read();
    state.missing = true;
    expect(await read()).toMatchObject({ ports: [], unreadable: 0 });
  });

  it('reads again what changed while it was read', async () => {
    const { view, state, content, read } = bench({ a: curatorRecord(1) });
    state.during = () => view.note({ kind: 'dataChanged', path: '/s/a' });
    await read();
    state.during = () => {};
    content.set('a', curatorRecord(5));
    expect((await read()).ports).toEqual([5]);
  });

  it('leaves out what cannot be read, tells of it once, and takes it when it is mended', async () => {
    const { view, content, problems, read } = bench({
      empty: '',
      json: '{',
      secret: new ZookeeperError('noAuth', 'no'),
      good: curatorRecord(1),
    });
    expect(await read()).toMatchObject({ ports: [1], unreadable: 3 });
    await read();
    expect(problems).toEqual([
      'record of "empty" left out: it is empty',
      expect.stringContaining('record of "json" left out: '),
      'record of "secret" left out: not permitted to read it',
    ]);
    content.set('json', curatorRecord(2));
    view.note({ kind: 'dataChanged', path: '/s/json' });
    expect(await read()).toMatchObject({ ports: [2, 1], unreadable: 2 });
  });

  it('fails with the session', async () => {
    const { read } = bench({ a: curatorRecord(1), b: new ZookeeperError('closed', 'gone') });
    await expect(read()).rejects.toMatchObject({ reason: 'closed' });
  });

  describe('tells that an endpoint left by its own word', () => {
    it('when it was changed and deleted before the change could be read', async () => {
      const { view, content, read } = bench({ a: curatorRecord(1), b: curatorRecord(2) });
      await read();
      content.delete('a');
      view.note({ kind: 'dataChanged', path: '/s/a' });
      view.note({ kind: 'deleted', path: '/s/a' });
      expect(await read()).toMatchObject({ ports: [2], deregistered: ['a'] });
      expect(await read()).toMatchObject({ deregistered: [] });
    });

    it('when its record says so, before it is gone', async () => {
      const { view, content, read } = bench({ a: curatorRecord(1) });
      await read();
      content.set('a', curatorRecord(1, { enabled: false }));
      view.note({ kind: 'dataChanged', path: '/s/a' });
      expect(await read()).toMatchObject({ ports: [], deregistered: ['a'], unreadable: 0 });
    });

    it('when it is gone while that record is read', async () => {
      const { view, state, content, read } = bench({ a: curatorRecord(1), b: curatorRecord(2) });
      await read();
      content.set('a', curatorRecord(1, { enabled: false }));
      view.note({ kind: 'dataChanged', path: '/s/a' });
      content.set('c', curatorRecord(3));
      view.note({ kind: 'created', path: '/s/c' });
      state.during = (id) => {
        if (id === 'c') view.note({ kind: 'deleted', path: '/s/a' });
      };
      expect((await read()).deregistered).toEqual(['a']);
    });

    it('but not when its session ended', async () => {
      const { view, content, read } = bench({ a: curatorRecord(1) });
      await read();
      content.delete('a');
      view.note({ kind: 'deleted', path: '/s/a' });
      expect(await read()).toMatchObject({ ports: [], deregistered: [] });
    });

    it('nor when it was replaced', async () => {
      const { view, content, read } = bench({ a: curatorRecord(1) });
      await read();
      for (const kind of ['dataChanged', 'deleted', 'created'] as const) view.note({ kind, path: '/s/a' });
      content.set('a', curatorRecord(8));
      expect(await read()).toMatchObject({ ports: [8], deregistered: [] });
    });
  });
});
