import { type RunningProgram, startProgram } from '@evenkeel/services';
import type { ProxyContender, RunningProxy } from './contender.ts';

/**
 * Starts nginx with one worker, which may write into its folder.
 *
 * @param http lines of its `http` block, `PORT` for its port
 */
export function startNginx(http: string): Promise<RunningProgram> {
  return startProgram('nginx', ({ port, folder }) => ({
    config: `
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  ${TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${http.replaceAll('PORT', String(port))}
}
`,
    args: (file) => ['-e', 'stderr', '-p', folder, '-c', file],
  }));
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** nginx as a reverse proxy with connections that are kept alive on both sides. */
export const nginxProxy: ProxyContender = {
  name: 'nginx',
  async start(address) {
    return running(
      await startNginx(`
  upstream benchmark { server ${address}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:PORT;
    location / { proxy_pass http://benchmark; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`),
    );
  },
};

/** What a program of Debian is to a benchmark. */
export function running({ port, pid, stop }: RunningProgram): RunningProxy {
  return { url: `http://127.0.0.1:${port}`, pids: [pid], stop };
}
