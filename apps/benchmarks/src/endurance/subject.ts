import { type Child, startChild } from '../lib/processes/child.ts';
import type { ProxyReply, ProxyRequest } from './proxy-process.ts';

/** A proxy in front of one endpoint, both in processes of their own. */
export interface Subject extends AsyncDisposable {
  /** Of the proxy, without a path. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Collects garbage first. */
  memory(): Promise<ProxyReply>;
}

/** Starts our proxy in front of an endpoint. */
export async function startSubject(address: string): Promise<Subject> {
  const child: Child<ProxyRequest, ProxyReply> = startChild(new URL('./proxy-process.ts', import.meta.url));
  const { port, pid } = await child.ask({ address });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid,
    memory: () => child.ask({}),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
