import type {Connector, HttpProxy} from './proxy.js';

/** Node's own fetch, which knows no proxy. */
const direct: Connector = {fetch: (url, init) => fetch(url, init), close: async () => {}};

/** The way to a server: direct, or through a proxy. A redirection goes the same way. */
export async function connectorFor(proxy: HttpProxy | undefined): Promise<Connector> {
  if (proxy === undefined) return direct;
  const {connectThrough} = await import('./proxy-connector.js');
  return connectThrough(proxy);
}
