import { InvalidOptionsError } from '@evenkeel/core';
import { peakEwma, roundRobin } from '@evenkeel/strategies';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import type { Scenario } from '../scenario.ts';
import { simulate } from '../simulate.ts';
import { reportHtml } from './report-html.ts';
import { reportSvg } from './report-svg.ts';

const CHANGES = [{ atMs: 3_000, untilMs: 6_000, endpoints: 'e1', set: { service: 400 } }];
const scenario = (count: number, more: Partial<Scenario> = {}): Scenario => ({
  name: 'a <slow> & "odd" one',
  strategy: roundRobin,
  durationMs: 10_000,
  endpoints: Array.from({ length: count }, () => ({ service: 20 })),
  clients: { traffic: { requestsPerSecond: 100 } },
  changes: CHANGES,
  ...more,
});

/** Every element closed in order, every attribute quoted, no bare & or <: what an XML parser would refuse. */
function checkXml(xml: string): void {
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([\w-]+)((?: [\w:-]+="[^"<&]*(?:&(?:lt|gt|amp|quot);[^"<&]*)*")*)(\/?)>/g,
    (...parts) => {
      const [, closing, name, , empty] = parts as readonly string[];
      if (closing === '/') expect(open.pop()).toBe(name);
      else if (empty === '') open.push(name ?? '');
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest.replaceAll(/&(lt|gt|amp|quot);/g, '')).not.toMatch(/[<>&]/);
}

let reports: readonly Report[];
beforeAll(async () => {
  reports = [await simulate(scenario(4)), await simulate(scenario(4, { strategy: peakEwma }))];
});

describe('the picture', () => {
  it('is sound XML, the same every time, with words for those who cannot see it', () => {
    const svg = reportSvg(reports, { changes: CHANGES });
    checkXml(svg);
    expect(reportSvg(reports, { changes: CHANGES })).toBe(svg);
    expect(svg).toContain('<title id="evenkeel-title">a &lt;slow&gt; &amp; &quot;odd&quot; one</title>');
    expect(svg).toMatch(/<desc id="evenkeel-desc">10 s, seed 1, 4 endpoints, .*peak-ewma: 100 % succeeded/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has a column for each strategy, with one scale for all', () => {
    const svg = reportSvg(reports);
    expect(svg.match(/class="name"[^>]*>([^<]+)/g)?.map((one) => one.split('>')[1])).toEqual([
      'round-robin',
      'peak-ewma',
    ]);
    const latencies = [...svg.matchAll(/<path class="line p50" d="M[\d.]+,([\d.]+)/g)].map(([, y]) =>
      Number(y),
    );
    const [first = 0, second = 0] = latencies;
    expect(latencies).toHaveLength(2);
    // Both begin with the same median, whatever happens later to one of them alone.
    expect(Math.abs(first - second)).toBeLessThan(1);
  });

  it('shades what the scenario did, and colours the endpoint that stands out', () => {
    const svg = reportSvg(reports, { changes: CHANGES });
    const bands = [...svg.matchAll(/<rect class="change" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
    expect(bands.map(([, , width]) => Number(width))).toEqual([120, 120]);
    expect(svg).toContain('e1: service 400 ms');
    expect(svg).toMatch(/<rect class="s0"[^>]*\/><text[^>]*>e1</);
    expect(svg).toContain('>3 others<');
  });

  it('leaves out endpoints of tiers below', async () => {
    const report = await simulate(scenario(2, { changes: [], dependency: { endpoints: [{ service: 1 }] } }));
    expect(reportSvg([report])).toContain('>2 endpoints<');
  });

  it('is small even with many endpoints, and has no more than four columns of colour', async () => {
    const many = await simulate(scenario(200, { strategy: peakEwma }));
    const svg = reportSvg([many, many, many]);
    expect(svg.length).toBeLessThan(60_000);
    expect(svg.includes('>200 endpoints, 9 in a layer<')).toBe(true);
    checkXml(svg);
    expect(new Set(svg.match(/class="s\d"/g) ?? []).size).toBeLessThanOrEqual(4);
  });

  it('shows a run without requests, failures or more than one step', async () => {
    const report = await simulate(
      scenario(2, { clients: { traffic: { requestsPerSecond: 0 } }, stepMs: 10_000 }),
    );
    const svg = reportSvg([report]);
    checkXml(svg);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).not.toContain('Failed requests');
  });

  it('shows failures of one beside none of another', async () => {
    const failing = await simulate(
      scenario(2, { endpoints: [{ service: 1, failureRatio: 1 }], changes: [] }),
    );
    const svg = reportSvg([failing, ...reports]);
    expect(svg).toContain('Failed requests in each 166.7 ms');
    expect(svg.match(/>none</g)).toHaveLength(2);
    expect(svg.match(/<path class="failed"/g)).toHaveLength(1);
  });

  it('follows the reader, or a theme', () => {
    expect(reportSvg(reports)).toContain('@media(prefers-color-scheme:dark)');
    const [light, dark] = [reportSvg(reports, { theme: 'light' }), reportSvg(reports, { theme: 'dark' })];
    for (const svg of [light, dark]) expect(svg).not.toContain('prefers-color-scheme');
    expect(light).not.toBe(dark);
  });

  it('keeps characters out that XML does not allow', () => {
    const [report] = reports as [Report];
    expect(reportSvg([{ ...report, strategy: 'a\u0007b' }])).toContain('>a\ufffdb<');
  });

  it.each([
    [[], {}, 'reports: '],
    [undefined, { theme: 'pink' }, 'theme: got "pink"'],
    [undefined, { titel: 'x' }, 'titel: '],
  ])('refuses %o with %o', (wrong, options, message) => {
    const draw = () => reportSvg(wrong ?? reports, options as object);
    expect(draw).toThrow(InvalidOptionsError);
    expect(draw).toThrow(message);
  });
});

describe('the page', () => {
  it('has picture, figures and events, and asks nothing of the network', () => {
    const html = reportHtml(reports, { changes: CHANGES });
    expect(html).toContain('<title>a &lt;slow&gt; &amp; &quot;odd&quot; one</title>');
    expect(html).toContain(reportSvg(reports, { changes: CHANGES }).trim());
    expect(html).toMatch(/<th scope="row">p99<\/th><td>[\d.,]+ ms<\/td><td>[\d.,]+ ms<\/td>/);
    expect(html).not.toMatch(/<script|<link|<img|url\(|href=|src=/);
    expect(html.replace('http://www.w3.org/2000/svg', '')).not.toContain('http');
  });
});
