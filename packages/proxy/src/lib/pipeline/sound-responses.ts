import type { Dispatcher } from 'undici';
import { toRawHeaders } from '../headers/raw-headers.ts';
import { ResponseFault, responseFault } from '../headers/response-fault.ts';
import { responseHeaders } from '../headers/response-headers.ts';

type Dispatch = Dispatcher['dispatch'];
type Handler = Dispatcher.DispatchHandler;
type Headers = Parameters<typeof toRawHeaders>[0];

/**
 * Lets no response through that must not go on. For what stands below a cache: it would store such a response without the
 * fields that show what is wrong with it, and renews what it stores where no exchange looks.
 */
export function soundResponses(dispatch: Dispatch): Dispatch {
  return (options, handler) => dispatch(options, soundHandler(handler));
}

function soundHandler(handler: Handler): Handler {
  let broken = false;
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart(controller, status, headers, message) {
      const upstream = toRawHeaders((controller.rawHeaders as Headers) ?? headers);
      const fault = responseFault(status, upstream, responseHeaders(status, upstream, false));
      if (fault === undefined) {
        handler.onResponseStart?.(controller, status, headers, message);
        return;
      }
      broken = true;
      const error = new ResponseFault(fault);
      handler.onResponseError?.(controller, error);
      controller.abort(error);
    },
    onResponseData(controller, chunk) {
      if (!broken) handler.onResponseData?.(controller, chunk);
    },
    onResponseEnd(controller, trailers) {
      if (!broken) handler.onResponseEnd?.(controller, trailers);
    },
    onResponseError(controller, error) {
      if (!broken) handler.onResponseError?.(controller, error);
    },
  };
}
