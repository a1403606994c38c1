import { createHash } from 'node:crypto';
import type { Answer } from '../answer.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Evenkeel</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Evenkeel</h1> <span id="state"></span> <span id="message"></span></header>
<p id="login" hidden><label>Token <input id="token" type="password" autocomplete="off"></label></p>
<h2>Routes</h2>
<p id="no-metrics" hidden>No metrics are counted.</p>
<table id="routes"></table>
<h2>Endpoints</h2>
<table id="endpoints"></table>
<script>${SCRIPT}</script>
</body>
</html>
`;

/** Nothing is loaded from elsewhere, nothing but this page's own script runs, and no other page may frame it. */
const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src 'sha256-${digest(SCRIPT)}'`,
  `style-src 'sha256-${digest(STYLE)}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * A page that shows what the admin API tells: routes with their rates and how often their cache had the answer, and endpoints. It
 * holds no data itself, and asks for a token where one is needed.
 */
export const DASHBOARD: Answer = {
  status: 200,
  type: 'text/html; charset=utf-8',
  body: PAGE,
  headers: { 'content-security-policy': POLICY },
};

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
