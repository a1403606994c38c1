import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running nginx. */
export interface Nginx {
  /** `host:port` it listens on. */
  readonly address: string;
  stop(): Promise<void>;
}

const START_ATTEMPTS = 100;
const ATTEMPT_PAUSE_MS = 50;

/** Looks for nginx on the PATH; undefined when it is not installed. */
export async function findNginx(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(folder, 'nginx');
    try {
      await access(program, constants.X_OK);
      return program;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * Starts nginx as a reverse proxy with one worker and connections that are kept alive on both sides.
 *
 * @throws Error when it does not listen in time
 */
export async function startNginx(program: string, addresses: readonly string[]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-nginx-'));
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration(folder, port, addresses));
  const child = spawn(program, ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    if (await listens(port)) return { address: `127.0.0.1:${port}`, stop };
    await sleep(ATTEMPT_PAUSE_MS);
  }
  await stop();
  throw new Error(`nginx does not listen on port ${port}`);
}

function configuration(folder: string, port: number, addresses: readonly string[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 100000000;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  upstream benchmark {
    ${addresses.map((address) => `server ${address};`).join('\n    ')}
    keepalive 256;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://benchmark;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}

/** nginx cannot choose a port itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
