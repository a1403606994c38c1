// Real servers for trying things out. Run: node scripts/services/main.ts start redis consul (Ctrl-C stops
// them),
// or fetch redis, to fill the cache.
import { RECIPES } from './src/recipes.ts';
import { KINDS, type Service, type ServiceKind } from './src/service.ts';
import { startService } from './src/start-service.ts';

const [command, ...names] = process.argv.slice(2);
const kinds = names.filter((name): name is ServiceKind => (KINDS as readonly string[]).includes(name));
if (kinds.length === 0 || kinds.length < names.length || (command !== 'start' && command !== 'fetch')) {
  console.error(`usage: node scripts/services/main.ts start|fetch ${KINDS.join('|')} ...`);
  process.exitCode = 2;
} else if (command === 'fetch') {
  for (const kind of kinds) {
    await RECIPES[kind].locate();
    console.log(`${kind} is there`);
  }
} else await startAll(kinds);

async function startAll(wanted: readonly ServiceKind[]): Promise<void> {
  const services: Service[] = [];
  const stop = async (): Promise<void> => {
    for (const service of services) await service.stop();
  };
  try {
    for (const kind of wanted) {
      const service = await startService(kind);
      services.push(service);
      const ports = Object.entries(service.ports).map(([use, port]) => `${use} ${port}`);
      console.log(`${kind} ${service.address} (pid ${service.pid}; ${ports.join(', ')})`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}
