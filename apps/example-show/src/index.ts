export { type ShowOptions, show } from './lib/show.ts';
