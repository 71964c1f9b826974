// Imported statically: in the bundle, a package of CommonJS that is imported dynamically has no names.
import {Agent, buildConnector, fetch} from 'undici';
import {publicLookup} from './addresses.js';
import type {Connector} from './proxy.js';

/** Requests straight to the server, to public addresses only. */
export function connectDirectly(): Connector {
  const dispatcher = new Agent({connect: buildConnector({lookup: publicLookup})});
  return {
    fetch: (address, init) => fetch(address, {...init, dispatcher, redirect: 'manual'}),
    close: () => dispatcher.destroy(),
  };
}
