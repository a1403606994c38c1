export { type IpFilterOptions, ipFilter } from './lib/middleware/ip-filter.ts';
