/**
 * What the dashboard does in a browser: asks the admin API again and again, and shows rates as the difference between two answers.
 * All that comes from the API is put in as text, never as markup.
 */
export const SCRIPT = `
'use strict';
const EVERY_MS = 2000;
const byId = (id) => document.getElementById(id);
const token = byId('token');
token.value = sessionStorage.getItem('token') ?? '';
token.addEventListener('change', () => { sessionStorage.setItem('token', token.value); show(); });

async function ask(path) {
  const headers = token.value === '' ? {} : { authorization: 'Bearer ' + token.value };
  const response = await fetch(path, { headers });
  if (response.status === 401) { byId('login').hidden = false; throw new Error('a token is needed'); }
  if (response.status === 404) return undefined;
  if (!response.ok && path !== '/ready') throw new Error(path + ': ' + response.status);
  return response;
}

function table(id, columns, rows) {
  const head = columns.map(([title, number]) => cell('th', title, number));
  const body = rows.map((row) => line(row.map((value, index) => cell('td', value, columns[index][1]))));
  byId(id).replaceChildren(line(head), ...body);
}
function line(cells) {
  const row = document.createElement('tr');
  row.append(...cells);
  return row;
}
function cell(tag, value, number) {
  const one = document.createElement(tag);
  const { text, kind } = typeof value === 'object' && value !== null ? value : { text: value, kind: '' };
  one.textContent = text ?? '–';
  one.className = (number ? 'number ' : '') + (kind ?? '');
  return one;
}
const round = (value, digits) => (value === null || value === undefined ? undefined : Number(value).toFixed(digits));

function parse(text) {
  const samples = [];
  for (const [, name, labels, value] of text.matchAll(/^([a-zA-Z_:][\\w:]*)(?:\\{(.*)\\})? (\\S+)/gm)) {
    const named = Object.fromEntries(
      [...(labels ?? '').matchAll(/(\\w+)="((?:[^"\\\\]|\\\\.)*)"/g)].map(([, key, one]) => [key, one]),
    );
    samples.push({ name, labels: named, value: Number(value) });
  }
  return samples;
}

let before;
function routes(text) {
  const sums = new Map();
  const add = (route, key, value) => {
    const sum = sums.get(route) ?? { requests: 0, errors: 0, hits: 0, cached: 0 };
    sum[key] += value;
    sums.set(route, sum);
  };
  for (const { name, labels, value } of parse(text)) {
    const route = labels.route ?? '';
    if (name.endsWith('requests_total') && labels.code !== undefined) {
      add(route, 'requests', value);
      if (labels.code === '5xx') add(route, 'errors', value);
    }
    if (name.endsWith('cache_requests_total')) {
      add(route, 'cached', value);
      if (['hit', 'stale', 'collapsed'].includes(labels.outcome)) add(route, 'hits', value);
    }
  }
  const now = { at: performance.now(), sums };
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1000;
  const rows = [...sums].map(([route, sum]) => {
    const old = before?.sums.get(route) ?? sum;
    const rate = seconds > 0 ? (sum.requests - old.requests) / seconds : 0;
    const ratio = sum.cached > 0 ? (100 * sum.hits) / sum.cached : undefined;
    return [
      route || '(none)', sum.requests, round(rate, 1), { text: sum.errors, kind: sum.errors > 0 ? 'failed' : '' }, round(ratio, 1),
    ];
  });
  before = now;
  return rows;
}

async function show() {
  try {
    const ready = await (await ask('/ready')).json();
    const { workers } = await (await ask('/workers')).json();
    const state = ready.draining ? 'draining' : ready.ready ? 'ready' : 'not ready';
    const open = workers.reduce((sum, { active }) => sum + active, 0);
    byId('state').textContent = state + ', ' + workers.length + ' process' + (workers.length === 1 ? '' : 'es') + ', ' + open + ' open';
    const { clusters } = await (await ask('/clusters')).json();
    const whole = await Promise.all(clusters.map(async ({ name }) => (await ask('/clusters/' + encodeURIComponent(name))).json()));
    table('endpoints',
      [['cluster'], ['endpoint'], ['state'], ['weight', 1], ['in flight', 1], ['picks', 1], ['failures', 1], ['latency ms', 1]],
      whole.flatMap(({ name, endpoints }) => endpoints.map((one) => [
        name, one.id, { text: one.state, kind: one.state }, one.weight, one.inFlight, one.picks, one.failures, round(one.latencyMs, 1),
      ])));
    const metrics = await ask('/metrics');
    byId('no-metrics').hidden = metrics !== undefined;
    if (metrics !== undefined) {
      table('routes', [['route'], ['requests', 1], ['per second', 1], ['5xx', 1], ['cache hits %', 1]], routes(await metrics.text()));
    }
    byId('login').hidden = true;
    byId('message').textContent = '';
  } catch (error) {
    byId('message').textContent = error.message;
  }
}
show();
setInterval(show, EVERY_MS);
`;
