import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../ask.ts';
import { debianPackages } from '../debian-packages.ts';
import { onPath } from '../on-path.ts';
import type { Recipe } from '../recipe.ts';

const PACKAGES = ['libzookeeper-java', 'libslf4j-java', 'libdropwizard-metrics-java', 'libsnappy-java'];
const JARS = ['zookeeper', 'zookeeper-jute', 'slf4j-api', 'slf4j-simple', 'metrics-core', 'snappy-java'];

/**
 * ZooKeeper 3.8 or the machine's own jars, with the Java on PATH; short ticks allow sessions of 400 ms.
 * `ruok` is no probe: it says `imok` even after a failed start. With `config`, more lines of its
 * configuration: those of an ensemble, which include `myid`, are ready when there is a quorum.
 */
export const zookeeper: Recipe = {
  ports: ['main'],
  keepsData: true,
  readyWithinMs: 30_000,
  async locate() {
    const java = onPath('java');
    if (java === undefined) throw new Error('ZooKeeper needs Java, and there is no java on PATH');
    const installed = JARS.every((jar) => existsSync(`/usr/share/java/${jar}.jar`));
    const root = installed
      ? '/'
      : await debianPackages('zookeeper', { suite: 'bookworm', packages: PACKAGES });
    const classPath = JARS.map((jar) => join(root, 'usr/share/java', `${jar}.jar`)).join(':');
    return ({ ports, folder, options }) => {
      const config = join(folder, 'zoo.cfg');
      const lines = [
        'tickTime=200',
        `dataDir=${join(folder, 'data')}`,
        `clientPort=${ports.main}`,
        'clientPortAddress=127.0.0.1',
        'admin.enableServer=false',
        '4lw.commands.whitelist=srvr',
        'minSessionTimeout=400',
        'maxSessionTimeout=60000',
        ...(options.config === undefined ? [] : [options.config]),
      ];
      const id = /^myid=(\d+)$/m.exec(options.config ?? '')?.[1];
      if (id !== undefined) writeFileSync(join(folder, 'data', 'myid'), id);
      writeFileSync(config, `${lines.join('\n')}\n`);
      return {
        file: java,
        args: [
          ...['-Xms16m', '-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
          '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
          ...(options.args ?? []),
          ...['-cp', classPath, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', config],
        ],
      };
    };
  },
  ready: ({ ports }) => ask(ports.main ?? 0, 'srvr', /Mode: (?:standalone|leader|follower)/),
};
