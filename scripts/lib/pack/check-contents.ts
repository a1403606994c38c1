import type { Manifest } from '../workspace.ts';
import { exportTargets, matches } from './entry-points.ts';

const REQUIRED = ['package.json', 'README.md', 'LICENSE'];
const UNWANTED = /(?:\.(?:test|bench)\.|\.tsbuildinfo$|\.map$|^src\/|^tsconfig)/;
const LOCAL_PROTOCOL = /^(?:workspace|catalog|file|link):/;

/** Says what is wrong with the files and the manifest of a tarball; empty when nothing is. */
export function checkContents(manifest: Manifest, files: readonly string[]): readonly string[] {
  const { exports, dependencies, peerDependencies, optionalDependencies } = manifest;
  const targets = exportTargets(exports).filter((path) => matches(path, files).length === 0);
  const local = Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies }).filter(
    ([, range]) => LOCAL_PROTOCOL.test(range),
  );
  return [
    ...REQUIRED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files.filter((file) => UNWANTED.test(file)).map((file) => `${file} must not be published`),
    ...targets.map((path) => `exports name ${path}, which is missing`),
    ...local.map(([name, range]) => `${name} has the local range ${range}`),
  ];
}
