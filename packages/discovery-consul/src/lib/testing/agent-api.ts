/** A real agent's own interface, without the code under test. */
export interface AgentApi {
  put(path: string, body?: object): Promise<void>;
  post(path: string, body: object): Promise<void>;
  /** With the id `service-address`. */
  register(service: string, address: string, more?: object): Promise<void>;
  deregister(id: string): Promise<void>;
}

/** Talks to the agent at an address. */
export function agentApi(agent: string): AgentApi {
  const send = async (method: string, path: string, body?: object): Promise<void> => {
    const init = { method, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`http://${agent}/v1${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  };
  return {
    put: (path, body) => send('PUT', path, body),
    post: (path, body) => send('POST', path, body),
    register(service, address, more = {}) {
      const [host, port] = address.split(':');
      const body = { ID: `${service}-${address}`, Name: service, Address: host, Port: Number(port), ...more };
      return send('PUT', '/agent/service/register', body);
    },
    deregister: (id) => send('PUT', `/agent/service/deregister/${encodeURIComponent(id)}`),
  };
}
