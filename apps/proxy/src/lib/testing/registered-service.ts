import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type CliProcess, runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const SERVICE = fileURLToPath(new URL('test-service.ts', import.meta.url));

/** `evenkeel register` with a service for tests behind it. */
export interface RegisteredService extends AsyncDisposable {
  readonly cli: CliProcess;
  /** `host:port` of the service. */
  readonly address: string;
  /** Asks the service; rejects when it is not there. */
  get(path?: string): Promise<string>;
}

/** What differs between tests. */
export interface RegisteredServiceOptions {
  /** The settings of `register` beside the address, as lines of YAML. */
  readonly settings: string;
  /** @default 'willing' */
  readonly mode?: 'willing' | 'stubborn';
  /** Makes the command of the words that start the service. @default those words */
  readonly command?: (words: readonly string[]) => readonly string[];
}

/** Starts it, on a port that was free a moment ago. */
export async function registeredService(options: RegisteredServiceOptions): Promise<RegisteredService> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const settings = options.settings.trim().replaceAll(/^ */gm, '  ');
  const file = await temporaryFile('register.yaml', `register:\n  address: ${address}\n${settings}\n`);
  const words = [process.execPath, SERVICE, String(port), options.mode ?? 'willing'];
  const cli = runCli('register', '-c', file.path, '--', ...(options.command?.(words) ?? words));
  return {
    cli,
    address,
    get: async (path = '/') => (await fetch(`http://${address}${path}`)).text(),
    async [Symbol.asyncDispose]() {
      // First: it would outlive the one that started it, and keep its output open.
      const pid = /service: listening, pid (\d+)/.exec(cli.stdout)?.[1];
      if (pid !== undefined) killIfThere(Number(pid));
      await cli[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, as it should.
  }
}
