import { Agent } from 'undici';
import type { Contender } from './contender.ts';
import { sendThrough } from './send-through.ts';

/** undici's plain Agent, with the endpoints taken in turn by the caller: what sending costs without a balancer. */
export function plainAgent(name: string): Contender {
  return {
    name,
    async open(addresses) {
      const origins = addresses.map((address) => `http://${address}`);
      let turn = 0;
      return sendThrough(new Agent(), () => origins[turn++ % origins.length] ?? '');
    },
  };
}
