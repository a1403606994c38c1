/** Who may import whom: the table of the architecture, in a form a machine can check. */

/** What the files of one package may import. */
export interface Allowance {
  /** Folders of packages under `packages/`. */
  readonly packages: readonly string[];
  /** Third-party packages; `declared` means any that the package lists as a (peer) dependency. */
  readonly thirdParty: readonly string[] | 'declared';
  /** Third-party packages of which only types may be imported. */
  readonly thirdPartyTypes?: readonly string[];
  /** Folders of packages that test files may import besides. */
  readonly inTests: readonly string[];
}

const TABLE: Readonly<Record<string, Allowance>> = {
  core: { packages: [], thirdParty: [], inTests: [] },
  strategies: { packages: ['core'], thirdParty: [], inTests: ['testing'] },
  'http-client': {
    packages: ['core'],
    thirdParty: ['undici'],
    inTests: ['cache', 'strategies', 'testing'],
  },
  http1: { packages: [], thirdParty: [], thirdPartyTypes: ['undici'], inTests: ['testing'] },
  cache: { packages: ['core'], thirdParty: [], thirdPartyTypes: ['undici'], inTests: ['testing'] },
  proxy: {
    packages: ['core', 'http-client', 'http1'],
    thirdParty: 'declared',
    inTests: ['cache', 'strategies', 'testing'],
  },
  telemetry: {
    packages: ['core'],
    thirdParty: 'declared',
    inTests: ['cache', 'http-client', 'proxy', 'strategies', 'testing'],
  },
  simulator: {
    packages: ['core', 'http-client'],
    thirdParty: [],
    thirdPartyTypes: ['undici'],
    inTests: ['strategies', 'testing'],
  },
  testing: { packages: ['core'], thirdParty: [], inTests: [] },
};

const FAMILIES: readonly (readonly [prefix: string, Allowance])[] = [
  ['discovery-', { packages: ['core'], thirdParty: 'declared', inTests: ['testing'] }],
  ['cache-', { packages: ['cache', 'core'], thirdParty: 'declared', inTests: ['testing'] }],
];

/** What the package in this folder may import; undefined when the table does not know it. */
export function allowanceOf(folder: string): Allowance | undefined {
  return TABLE[folder] ?? FAMILIES.find(([prefix]) => folder.startsWith(prefix))?.[1];
}
