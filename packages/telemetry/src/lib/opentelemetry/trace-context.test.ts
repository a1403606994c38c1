import { expect, it } from 'vitest';
import { readTraceContext, traceContextFields } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = `00-${TRACE}-${SPAN}-01`;

it('reads and writes a context (W3C Trace Context §3.2, §3.3)', () => {
  const context = readTraceContext(['TraceParent', PARENT, 'tracestate', 'a=1,b=2', 'Tracestate', 'c=3']);
  expect(context).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags: 1, traceState: 'a=1,b=2,c=3' });
  expect(traceContextFields(context!)).toEqual({ traceparent: PARENT, tracestate: 'a=1,b=2,c=3' });
  expect(readTraceContext(['traceparent', `00-${TRACE}-${SPAN}-00`])).toMatchObject({
    traceFlags: 0,
    traceState: undefined,
  });
});

it('takes what it knows of a later version, and sends none of its flags on (§4.3)', () => {
  const later = readTraceContext(['traceparent', `cc-${TRACE}-${SPAN}-09-more`]);
  expect(later).toMatchObject({ traceId: TRACE, spanId: SPAN });
  expect(traceContextFields(later!).traceparent).toBe(`00-${TRACE}-${SPAN}-01`);
});

it.each([
  [[]],
  [['tracestate', 'a=1']],
  [['traceparent', '']],
  [['traceparent', PARENT.toUpperCase()]],
  [['traceparent', `ff-${TRACE}-${SPAN}-01`]],
  [['traceparent', `${PARENT}-more`]],
  [['traceparent', `${PARENT},${PARENT}`]],
  [['traceparent', `00-${'0'.repeat(32)}-${SPAN}-01`]],
  [['traceparent', `00-${TRACE}-${'0'.repeat(16)}-01`]],
  [['traceparent', `00-${TRACE}-${SPAN}-1`]],
  [['traceparent', PARENT, 'traceparent', PARENT]],
])('finds none in %j', (headers) => {
  expect(readTraceContext(headers)).toBeUndefined();
});
