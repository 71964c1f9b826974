// Imported statically: in the bundle, a package of CommonJS that is imported dynamically has no names.
import {fetch, ProxyAgent} from 'undici';
import type {Connector, HttpProxy} from './proxy.js';

/** Requests through a proxy, to which https:// goes in a tunnel (CONNECT) and http:// as it is. */
export function connectThrough({url}: HttpProxy): Connector {
  const {username, password} = url;
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const dispatcher = new ProxyAgent({
    uri: url.origin,
    proxyTunnel: false,
    ...(username || password ? {token: `Basic ${credentials}`} : {}),
  });
  return {
    fetch: (address, init) => fetch(address, {...init, dispatcher, redirect: 'manual'}),
    close: () => dispatcher.destroy(),
  };
}
