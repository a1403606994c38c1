/** Which colours a picture has; `auto` follows what the reader's system prefers. */
export type Theme = 'light' | 'dark' | 'auto';

interface Palette {
  readonly paper: string;
  readonly edge: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly change: string;
  readonly p50: string;
  readonly p99: string;
  readonly failed: string;
  readonly inFlight: string;
  /** Endpoints that stand out. */
  readonly standOuts: readonly [string, string, string, string];
  /** All other endpoints, by turns. */
  readonly rest: readonly [string, string];
}

// Okabe and Ito's colours, told apart with any kind of colour vision, lightened for the dark.
const LIGHT: Palette = {
  paper: '#ffffff',
  edge: '#d1d9e0',
  ink: '#1f2328',
  muted: '#59636e',
  grid: '#e4e9ee',
  change: '#f6edd5',
  p50: '#0072b2',
  p99: '#d55e00',
  failed: '#b3204d',
  inFlight: '#0072b2',
  standOuts: ['#d55e00', '#009e73', '#cc79a7', '#e69f00'],
  rest: ['#a9bccd', '#c3d1dd'],
};
const DARK: Palette = {
  paper: '#11161d',
  edge: '#3d444d',
  ink: '#f0f3f6',
  muted: '#a3adb8',
  grid: '#2a313a',
  change: '#2e2a1c',
  p50: '#56b4e9',
  p99: '#ff9e4a',
  failed: '#ff7590',
  inFlight: '#56b4e9',
  standOuts: ['#ff8a3d', '#2fc79b', '#e29fc6', '#f0c04a'],
  rest: ['#4b6075', '#5d7389'],
};

/** The style sheet of a picture. */
export function styleSheet(theme: Theme): string {
  if (theme === 'auto') return `${BASE}${rules(LIGHT)}@media(prefers-color-scheme:dark){${rules(DARK)}}`;
  return `${BASE}${rules(theme === 'dark' ? DARK : LIGHT)}`;
}

/** The style sheet of a page around a picture. */
export function pageStyle(theme: Theme): string {
  if (theme === 'auto') return `${PAGE}${colours(LIGHT)}@media(prefers-color-scheme:dark){${colours(DARK)}}`;
  return `${PAGE}${colours(theme === 'dark' ? DARK : LIGHT)}`;
}

function colours({ paper, ink, muted, edge }: Palette): string {
  return `body{background:${paper};color:${ink}}p,li{color:${muted}}tr>*{border-color:${edge}}`;
}

const PAGE =
  'body{margin:2rem;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}' +
  'main{max-width:1100px;margin:auto}svg{max-width:100%;height:auto}h2{font-size:1rem;margin:1.5rem 0 0}' +
  'table{border-collapse:collapse;margin:1.5rem 0;font-variant-numeric:tabular-nums}' +
  'tr>*{padding:.25rem 1rem .25rem 0;border-bottom:1px solid;text-align:right}tbody th{text-align:left;font-weight:400}' +
  'ul{margin:.25rem 0;padding-left:1.2rem}';

const BASE =
  'text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}' +
  '.title{font-size:20px;font-weight:600}.name{font-size:15px;font-weight:600}.head{font-weight:600}' +
  '.tick{font-size:11px}.line{fill:none;stroke-width:2;stroke-linejoin:round}.grid{stroke-width:1}' +
  '.band{opacity:.18}';

function rules(palette: Palette): string {
  const { paper, edge, ink, muted, grid, change, p50, p99, failed, inFlight, standOuts, rest } = palette;
  const fills = {
    title: ink,
    name: ink,
    head: ink,
    note: muted,
    tick: muted,
    change,
    failed,
    p50,
    p99,
    flight: inFlight,
    ...Object.fromEntries(standOuts.map((colour, index) => [`s${index}`, colour])),
    ...Object.fromEntries(rest.map((colour, index) => [`r${index}`, colour])),
  };
  return [
    `.paper{fill:${paper};stroke:${edge}}`,
    `.grid{stroke:${grid}}`,
    ...Object.entries(fills).map(([name, colour]) => `.${name}{fill:${colour}}`),
    `.r0,.r1{stroke:${paper};stroke-width:.6}`,
    // The same hue as an area and as a line.
    `.line.p50{stroke:${p50};fill:none}.line.p99{stroke:${p99};fill:none}.line.flight{stroke:${inFlight};fill:none}`,
  ].join('');
}
