export { type MetricFamily, parseExposition, type Sample } from './lib/exposition/parse-exposition.ts';
