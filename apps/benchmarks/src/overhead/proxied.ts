import { plainAgent } from '../lib/clients/agent.ts';
import type { Contender } from '../lib/clients/contender.ts';
import { startChild } from '../lib/processes/child.ts';
import { startNginx } from './nginx.ts';
import type { ProxyReply, ProxyRequest } from './proxy-process.ts';

/** The plain Agent through our own proxy. */
export function throughEvenkeel(name: string): Contender {
  return {
    name,
    async open(addresses) {
      const child = startChild<ProxyRequest, ProxyReply>(new URL('./proxy-process.ts', import.meta.url));
      const { port } = await child.ask({ addresses });
      const { send, close } = await plainAgent(name).open([`127.0.0.1:${port}`]);
      return {
        send,
        otherCpuMicros: async () => (await child.ask({})).cpuMicros,
        async close() {
          await close();
          await child[Symbol.asyncDispose]();
        },
      };
    },
  };
}

/** The plain Agent through an nginx with one worker. */
export function throughNginx(name: string, program: string): Contender {
  return {
    name,
    async open(addresses) {
      const nginx = await startNginx(program, addresses);
      const { send, close } = await plainAgent(name).open([nginx.address]);
      return {
        send,
        async close() {
          await close();
          await nginx.stop();
        },
      };
    },
  };
}
